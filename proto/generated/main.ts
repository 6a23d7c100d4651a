import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Duration as _google_protobuf_Duration, DurationOutput as _google_protobuf_DurationOutput } from './google/protobuf/Duration.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from './google/protobuf/Timestamp.ts';
import type { Activation as _slimmer_grpc_Activation, ActivationOutput as _slimmer_grpc_ActivationOutput } from './slimmer_grpc/Activation.ts';
import type { ActivationAck as _slimmer_grpc_ActivationAck, ActivationAckOutput as _slimmer_grpc_ActivationAckOutput } from './slimmer_grpc/ActivationAck.ts';
import type { ActivationBatch as _slimmer_grpc_ActivationBatch, ActivationBatchOutput as _slimmer_grpc_ActivationBatchOutput } from './slimmer_grpc/ActivationBatch.ts';
import type { ActivationBatchResponse as _slimmer_grpc_ActivationBatchResponse, ActivationBatchResponseOutput as _slimmer_grpc_ActivationBatchResponseOutput } from './slimmer_grpc/ActivationBatchResponse.ts';
import type { ActivationResponse as _slimmer_grpc_ActivationResponse, ActivationResponseOutput as _slimmer_grpc_ActivationResponseOutput } from './slimmer_grpc/ActivationResponse.ts';
import type { ActivationResult as _slimmer_grpc_ActivationResult, ActivationResultOutput as _slimmer_grpc_ActivationResultOutput } from './slimmer_grpc/ActivationResult.ts';
import type { ClientInfo as _slimmer_grpc_ClientInfo, ClientInfoOutput as _slimmer_grpc_ClientInfoOutput } from './slimmer_grpc/ClientInfo.ts';
import type { ClientReport as _slimmer_grpc_ClientReport, ClientReportOutput as _slimmer_grpc_ClientReportOutput } from './slimmer_grpc/ClientReport.ts';
import type { FieldViolation as _slimmer_grpc_FieldViolation, FieldViolationOutput as _slimmer_grpc_FieldViolationOutput } from './slimmer_grpc/FieldViolation.ts';
import type { ItemError as _slimmer_grpc_ItemError, ItemErrorOutput as _slimmer_grpc_ItemErrorOutput } from './slimmer_grpc/ItemError.ts';
import type { ItemException as _slimmer_grpc_ItemException, ItemExceptionOutput as _slimmer_grpc_ItemExceptionOutput } from './slimmer_grpc/ItemException.ts';
import type { Limits as _slimmer_grpc_Limits, LimitsOutput as _slimmer_grpc_LimitsOutput } from './slimmer_grpc/Limits.ts';
import type { MainClient as _slimmer_grpc_MainClient, MainDefinition as _slimmer_grpc_MainDefinition } from './slimmer_grpc/Main.ts';
import type { Ping as _slimmer_grpc_Ping, PingOutput as _slimmer_grpc_PingOutput } from './slimmer_grpc/Ping.ts';
import type { Pong as _slimmer_grpc_Pong, PongOutput as _slimmer_grpc_PongOutput } from './slimmer_grpc/Pong.ts';
import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from './slimmer_grpc/SystemEntity.ts';
import type { SystemRun as _slimmer_grpc_SystemRun, SystemRunOutput as _slimmer_grpc_SystemRunOutput } from './slimmer_grpc/SystemRun.ts';
import type { SystemRunEnd as _slimmer_grpc_SystemRunEnd, SystemRunEndOutput as _slimmer_grpc_SystemRunEndOutput } from './slimmer_grpc/SystemRunEnd.ts';
import type { SystemRunEndResponse as _slimmer_grpc_SystemRunEndResponse, SystemRunEndResponseOutput as _slimmer_grpc_SystemRunEndResponseOutput } from './slimmer_grpc/SystemRunEndResponse.ts';
import type { SystemRunResponse as _slimmer_grpc_SystemRunResponse, SystemRunResponseOutput as _slimmer_grpc_SystemRunResponseOutput } from './slimmer_grpc/SystemRunResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  google: {
    protobuf: {
      Duration: MessageTypeDefinition<_google_protobuf_Duration, _google_protobuf_DurationOutput>
      Timestamp: MessageTypeDefinition<_google_protobuf_Timestamp, _google_protobuf_TimestampOutput>
    }
  }
  slimmer_grpc: {
    Activation: MessageTypeDefinition<_slimmer_grpc_Activation, _slimmer_grpc_ActivationOutput>
    ActivationAck: MessageTypeDefinition<_slimmer_grpc_ActivationAck, _slimmer_grpc_ActivationAckOutput>
    ActivationBatch: MessageTypeDefinition<_slimmer_grpc_ActivationBatch, _slimmer_grpc_ActivationBatchOutput>
    ActivationBatchResponse: MessageTypeDefinition<_slimmer_grpc_ActivationBatchResponse, _slimmer_grpc_ActivationBatchResponseOutput>
    ActivationResponse: MessageTypeDefinition<_slimmer_grpc_ActivationResponse, _slimmer_grpc_ActivationResponseOutput>
    ActivationResult: MessageTypeDefinition<_slimmer_grpc_ActivationResult, _slimmer_grpc_ActivationResultOutput>
    ClientInfo: MessageTypeDefinition<_slimmer_grpc_ClientInfo, _slimmer_grpc_ClientInfoOutput>
    ClientReport: MessageTypeDefinition<_slimmer_grpc_ClientReport, _slimmer_grpc_ClientReportOutput>
    FieldViolation: MessageTypeDefinition<_slimmer_grpc_FieldViolation, _slimmer_grpc_FieldViolationOutput>
    ItemError: MessageTypeDefinition<_slimmer_grpc_ItemError, _slimmer_grpc_ItemErrorOutput>
    ItemException: MessageTypeDefinition<_slimmer_grpc_ItemException, _slimmer_grpc_ItemExceptionOutput>
    Limits: MessageTypeDefinition<_slimmer_grpc_Limits, _slimmer_grpc_LimitsOutput>
    Main: SubtypeConstructor<typeof grpc.Client, _slimmer_grpc_MainClient> & { service: _slimmer_grpc_MainDefinition }
    Ping: MessageTypeDefinition<_slimmer_grpc_Ping, _slimmer_grpc_PingOutput>
    Pong: MessageTypeDefinition<_slimmer_grpc_Pong, _slimmer_grpc_PongOutput>
    SystemEntity: MessageTypeDefinition<_slimmer_grpc_SystemEntity, _slimmer_grpc_SystemEntityOutput>
    SystemRun: MessageTypeDefinition<_slimmer_grpc_SystemRun, _slimmer_grpc_SystemRunOutput>
    SystemRunEnd: MessageTypeDefinition<_slimmer_grpc_SystemRunEnd, _slimmer_grpc_SystemRunEndOutput>
    SystemRunEndResponse: MessageTypeDefinition<_slimmer_grpc_SystemRunEndResponse, _slimmer_grpc_SystemRunEndResponseOutput>
    SystemRunResponse: MessageTypeDefinition<_slimmer_grpc_SystemRunResponse, _slimmer_grpc_SystemRunResponseOutput>
  }
}

