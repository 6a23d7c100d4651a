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
import type { Completeness as _slimmer_grpc_Completeness, CompletenessOutput as _slimmer_grpc_CompletenessOutput } from './slimmer_grpc/Completeness.ts';
import type { CountActivationsRequest as _slimmer_grpc_CountActivationsRequest, CountActivationsRequestOutput as _slimmer_grpc_CountActivationsRequestOutput } from './slimmer_grpc/CountActivationsRequest.ts';
import type { CountActivationsResponse as _slimmer_grpc_CountActivationsResponse, CountActivationsResponseOutput as _slimmer_grpc_CountActivationsResponseOutput } from './slimmer_grpc/CountActivationsResponse.ts';
import type { CountSeries as _slimmer_grpc_CountSeries, CountSeriesOutput as _slimmer_grpc_CountSeriesOutput } from './slimmer_grpc/CountSeries.ts';
import type { CoveredSensor as _slimmer_grpc_CoveredSensor, CoveredSensorOutput as _slimmer_grpc_CoveredSensorOutput } from './slimmer_grpc/CoveredSensor.ts';
import type { ExportActivationsRequest as _slimmer_grpc_ExportActivationsRequest, ExportActivationsRequestOutput as _slimmer_grpc_ExportActivationsRequestOutput } from './slimmer_grpc/ExportActivationsRequest.ts';
import type { ExportActivationsResponse as _slimmer_grpc_ExportActivationsResponse, ExportActivationsResponseOutput as _slimmer_grpc_ExportActivationsResponseOutput } from './slimmer_grpc/ExportActivationsResponse.ts';
import type { FieldViolation as _slimmer_grpc_FieldViolation, FieldViolationOutput as _slimmer_grpc_FieldViolationOutput } from './slimmer_grpc/FieldViolation.ts';
import type { Fleet as _slimmer_grpc_Fleet, FleetOutput as _slimmer_grpc_FleetOutput } from './slimmer_grpc/Fleet.ts';
import type { GapBucket as _slimmer_grpc_GapBucket, GapBucketOutput as _slimmer_grpc_GapBucketOutput } from './slimmer_grpc/GapBucket.ts';
import type { GetActivationRequest as _slimmer_grpc_GetActivationRequest, GetActivationRequestOutput as _slimmer_grpc_GetActivationRequestOutput } from './slimmer_grpc/GetActivationRequest.ts';
import type { GetFleetRequest as _slimmer_grpc_GetFleetRequest, GetFleetRequestOutput as _slimmer_grpc_GetFleetRequestOutput } from './slimmer_grpc/GetFleetRequest.ts';
import type { GetRunRequest as _slimmer_grpc_GetRunRequest, GetRunRequestOutput as _slimmer_grpc_GetRunRequestOutput } from './slimmer_grpc/GetRunRequest.ts';
import type { GetSensorRequest as _slimmer_grpc_GetSensorRequest, GetSensorRequestOutput as _slimmer_grpc_GetSensorRequestOutput } from './slimmer_grpc/GetSensorRequest.ts';
import type { GetStorageRequest as _slimmer_grpc_GetStorageRequest, GetStorageRequestOutput as _slimmer_grpc_GetStorageRequestOutput } from './slimmer_grpc/GetStorageRequest.ts';
import type { GetSystemRequest as _slimmer_grpc_GetSystemRequest, GetSystemRequestOutput as _slimmer_grpc_GetSystemRequestOutput } from './slimmer_grpc/GetSystemRequest.ts';
import type { ItemError as _slimmer_grpc_ItemError, ItemErrorOutput as _slimmer_grpc_ItemErrorOutput } from './slimmer_grpc/ItemError.ts';
import type { ItemException as _slimmer_grpc_ItemException, ItemExceptionOutput as _slimmer_grpc_ItemExceptionOutput } from './slimmer_grpc/ItemException.ts';
import type { Limits as _slimmer_grpc_Limits, LimitsOutput as _slimmer_grpc_LimitsOutput } from './slimmer_grpc/Limits.ts';
import type { ListActivationsRequest as _slimmer_grpc_ListActivationsRequest, ListActivationsRequestOutput as _slimmer_grpc_ListActivationsRequestOutput } from './slimmer_grpc/ListActivationsRequest.ts';
import type { ListActivationsResponse as _slimmer_grpc_ListActivationsResponse, ListActivationsResponseOutput as _slimmer_grpc_ListActivationsResponseOutput } from './slimmer_grpc/ListActivationsResponse.ts';
import type { ListRunsRequest as _slimmer_grpc_ListRunsRequest, ListRunsRequestOutput as _slimmer_grpc_ListRunsRequestOutput } from './slimmer_grpc/ListRunsRequest.ts';
import type { ListRunsResponse as _slimmer_grpc_ListRunsResponse, ListRunsResponseOutput as _slimmer_grpc_ListRunsResponseOutput } from './slimmer_grpc/ListRunsResponse.ts';
import type { ListSensorsRequest as _slimmer_grpc_ListSensorsRequest, ListSensorsRequestOutput as _slimmer_grpc_ListSensorsRequestOutput } from './slimmer_grpc/ListSensorsRequest.ts';
import type { ListSensorsResponse as _slimmer_grpc_ListSensorsResponse, ListSensorsResponseOutput as _slimmer_grpc_ListSensorsResponseOutput } from './slimmer_grpc/ListSensorsResponse.ts';
import type { ListSystemsRequest as _slimmer_grpc_ListSystemsRequest, ListSystemsRequestOutput as _slimmer_grpc_ListSystemsRequestOutput } from './slimmer_grpc/ListSystemsRequest.ts';
import type { ListSystemsResponse as _slimmer_grpc_ListSystemsResponse, ListSystemsResponseOutput as _slimmer_grpc_ListSystemsResponseOutput } from './slimmer_grpc/ListSystemsResponse.ts';
import type { MainClient as _slimmer_grpc_MainClient, MainDefinition as _slimmer_grpc_MainDefinition } from './slimmer_grpc/Main.ts';
import type { Ping as _slimmer_grpc_Ping, PingOutput as _slimmer_grpc_PingOutput } from './slimmer_grpc/Ping.ts';
import type { Pong as _slimmer_grpc_Pong, PongOutput as _slimmer_grpc_PongOutput } from './slimmer_grpc/Pong.ts';
import type { Process as _slimmer_grpc_Process, ProcessOutput as _slimmer_grpc_ProcessOutput } from './slimmer_grpc/Process.ts';
import type { ReaderClient as _slimmer_grpc_ReaderClient, ReaderDefinition as _slimmer_grpc_ReaderDefinition } from './slimmer_grpc/Reader.ts';
import type { Rhythm as _slimmer_grpc_Rhythm, RhythmOutput as _slimmer_grpc_RhythmOutput } from './slimmer_grpc/Rhythm.ts';
import type { Run as _slimmer_grpc_Run, RunOutput as _slimmer_grpc_RunOutput } from './slimmer_grpc/Run.ts';
import type { RunCoverage as _slimmer_grpc_RunCoverage, RunCoverageOutput as _slimmer_grpc_RunCoverageOutput } from './slimmer_grpc/RunCoverage.ts';
import type { RunHit as _slimmer_grpc_RunHit, RunHitOutput as _slimmer_grpc_RunHitOutput } from './slimmer_grpc/RunHit.ts';
import type { SearchRequest as _slimmer_grpc_SearchRequest, SearchRequestOutput as _slimmer_grpc_SearchRequestOutput } from './slimmer_grpc/SearchRequest.ts';
import type { SearchResponse as _slimmer_grpc_SearchResponse, SearchResponseOutput as _slimmer_grpc_SearchResponseOutput } from './slimmer_grpc/SearchResponse.ts';
import type { Sensor as _slimmer_grpc_Sensor, SensorOutput as _slimmer_grpc_SensorOutput } from './slimmer_grpc/Sensor.ts';
import type { SensorHit as _slimmer_grpc_SensorHit, SensorHitOutput as _slimmer_grpc_SensorHitOutput } from './slimmer_grpc/SensorHit.ts';
import type { SeqRange as _slimmer_grpc_SeqRange, SeqRangeOutput as _slimmer_grpc_SeqRangeOutput } from './slimmer_grpc/SeqRange.ts';
import type { Storage as _slimmer_grpc_Storage, StorageOutput as _slimmer_grpc_StorageOutput } from './slimmer_grpc/Storage.ts';
import type { StorageDay as _slimmer_grpc_StorageDay, StorageDayOutput as _slimmer_grpc_StorageDayOutput } from './slimmer_grpc/StorageDay.ts';
import type { StoredActivation as _slimmer_grpc_StoredActivation, StoredActivationOutput as _slimmer_grpc_StoredActivationOutput } from './slimmer_grpc/StoredActivation.ts';
import type { System as _slimmer_grpc_System, SystemOutput as _slimmer_grpc_SystemOutput } from './slimmer_grpc/System.ts';
import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from './slimmer_grpc/SystemEntity.ts';
import type { SystemHit as _slimmer_grpc_SystemHit, SystemHitOutput as _slimmer_grpc_SystemHitOutput } from './slimmer_grpc/SystemHit.ts';
import type { SystemRun as _slimmer_grpc_SystemRun, SystemRunOutput as _slimmer_grpc_SystemRunOutput } from './slimmer_grpc/SystemRun.ts';
import type { SystemRunEnd as _slimmer_grpc_SystemRunEnd, SystemRunEndOutput as _slimmer_grpc_SystemRunEndOutput } from './slimmer_grpc/SystemRunEnd.ts';
import type { SystemRunEndResponse as _slimmer_grpc_SystemRunEndResponse, SystemRunEndResponseOutput as _slimmer_grpc_SystemRunEndResponseOutput } from './slimmer_grpc/SystemRunEndResponse.ts';
import type { SystemRunResponse as _slimmer_grpc_SystemRunResponse, SystemRunResponseOutput as _slimmer_grpc_SystemRunResponseOutput } from './slimmer_grpc/SystemRunResponse.ts';
import type { WatchActivationsRequest as _slimmer_grpc_WatchActivationsRequest, WatchActivationsRequestOutput as _slimmer_grpc_WatchActivationsRequestOutput } from './slimmer_grpc/WatchActivationsRequest.ts';
import type { WatchActivationsResponse as _slimmer_grpc_WatchActivationsResponse, WatchActivationsResponseOutput as _slimmer_grpc_WatchActivationsResponseOutput } from './slimmer_grpc/WatchActivationsResponse.ts';

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
    Completeness: MessageTypeDefinition<_slimmer_grpc_Completeness, _slimmer_grpc_CompletenessOutput>
    CountActivationsRequest: MessageTypeDefinition<_slimmer_grpc_CountActivationsRequest, _slimmer_grpc_CountActivationsRequestOutput>
    CountActivationsResponse: MessageTypeDefinition<_slimmer_grpc_CountActivationsResponse, _slimmer_grpc_CountActivationsResponseOutput>
    CountSeries: MessageTypeDefinition<_slimmer_grpc_CountSeries, _slimmer_grpc_CountSeriesOutput>
    CoveredSensor: MessageTypeDefinition<_slimmer_grpc_CoveredSensor, _slimmer_grpc_CoveredSensorOutput>
    ExportActivationsRequest: MessageTypeDefinition<_slimmer_grpc_ExportActivationsRequest, _slimmer_grpc_ExportActivationsRequestOutput>
    ExportActivationsResponse: MessageTypeDefinition<_slimmer_grpc_ExportActivationsResponse, _slimmer_grpc_ExportActivationsResponseOutput>
    FieldViolation: MessageTypeDefinition<_slimmer_grpc_FieldViolation, _slimmer_grpc_FieldViolationOutput>
    Fleet: MessageTypeDefinition<_slimmer_grpc_Fleet, _slimmer_grpc_FleetOutput>
    GapBucket: MessageTypeDefinition<_slimmer_grpc_GapBucket, _slimmer_grpc_GapBucketOutput>
    GetActivationRequest: MessageTypeDefinition<_slimmer_grpc_GetActivationRequest, _slimmer_grpc_GetActivationRequestOutput>
    GetFleetRequest: MessageTypeDefinition<_slimmer_grpc_GetFleetRequest, _slimmer_grpc_GetFleetRequestOutput>
    GetRunRequest: MessageTypeDefinition<_slimmer_grpc_GetRunRequest, _slimmer_grpc_GetRunRequestOutput>
    GetSensorRequest: MessageTypeDefinition<_slimmer_grpc_GetSensorRequest, _slimmer_grpc_GetSensorRequestOutput>
    GetStorageRequest: MessageTypeDefinition<_slimmer_grpc_GetStorageRequest, _slimmer_grpc_GetStorageRequestOutput>
    GetSystemRequest: MessageTypeDefinition<_slimmer_grpc_GetSystemRequest, _slimmer_grpc_GetSystemRequestOutput>
    ItemError: MessageTypeDefinition<_slimmer_grpc_ItemError, _slimmer_grpc_ItemErrorOutput>
    ItemException: MessageTypeDefinition<_slimmer_grpc_ItemException, _slimmer_grpc_ItemExceptionOutput>
    Limits: MessageTypeDefinition<_slimmer_grpc_Limits, _slimmer_grpc_LimitsOutput>
    ListActivationsRequest: MessageTypeDefinition<_slimmer_grpc_ListActivationsRequest, _slimmer_grpc_ListActivationsRequestOutput>
    ListActivationsResponse: MessageTypeDefinition<_slimmer_grpc_ListActivationsResponse, _slimmer_grpc_ListActivationsResponseOutput>
    ListRunsRequest: MessageTypeDefinition<_slimmer_grpc_ListRunsRequest, _slimmer_grpc_ListRunsRequestOutput>
    ListRunsResponse: MessageTypeDefinition<_slimmer_grpc_ListRunsResponse, _slimmer_grpc_ListRunsResponseOutput>
    ListSensorsRequest: MessageTypeDefinition<_slimmer_grpc_ListSensorsRequest, _slimmer_grpc_ListSensorsRequestOutput>
    ListSensorsResponse: MessageTypeDefinition<_slimmer_grpc_ListSensorsResponse, _slimmer_grpc_ListSensorsResponseOutput>
    ListSystemsRequest: MessageTypeDefinition<_slimmer_grpc_ListSystemsRequest, _slimmer_grpc_ListSystemsRequestOutput>
    ListSystemsResponse: MessageTypeDefinition<_slimmer_grpc_ListSystemsResponse, _slimmer_grpc_ListSystemsResponseOutput>
    Main: SubtypeConstructor<typeof grpc.Client, _slimmer_grpc_MainClient> & { service: _slimmer_grpc_MainDefinition }
    Ping: MessageTypeDefinition<_slimmer_grpc_Ping, _slimmer_grpc_PingOutput>
    Pong: MessageTypeDefinition<_slimmer_grpc_Pong, _slimmer_grpc_PongOutput>
    Process: MessageTypeDefinition<_slimmer_grpc_Process, _slimmer_grpc_ProcessOutput>
    Reader: SubtypeConstructor<typeof grpc.Client, _slimmer_grpc_ReaderClient> & { service: _slimmer_grpc_ReaderDefinition }
    Rhythm: MessageTypeDefinition<_slimmer_grpc_Rhythm, _slimmer_grpc_RhythmOutput>
    Run: MessageTypeDefinition<_slimmer_grpc_Run, _slimmer_grpc_RunOutput>
    RunCoverage: MessageTypeDefinition<_slimmer_grpc_RunCoverage, _slimmer_grpc_RunCoverageOutput>
    RunHit: MessageTypeDefinition<_slimmer_grpc_RunHit, _slimmer_grpc_RunHitOutput>
    SearchRequest: MessageTypeDefinition<_slimmer_grpc_SearchRequest, _slimmer_grpc_SearchRequestOutput>
    SearchResponse: MessageTypeDefinition<_slimmer_grpc_SearchResponse, _slimmer_grpc_SearchResponseOutput>
    Sensor: MessageTypeDefinition<_slimmer_grpc_Sensor, _slimmer_grpc_SensorOutput>
    SensorHit: MessageTypeDefinition<_slimmer_grpc_SensorHit, _slimmer_grpc_SensorHitOutput>
    SeqRange: MessageTypeDefinition<_slimmer_grpc_SeqRange, _slimmer_grpc_SeqRangeOutput>
    Storage: MessageTypeDefinition<_slimmer_grpc_Storage, _slimmer_grpc_StorageOutput>
    StorageDay: MessageTypeDefinition<_slimmer_grpc_StorageDay, _slimmer_grpc_StorageDayOutput>
    StoredActivation: MessageTypeDefinition<_slimmer_grpc_StoredActivation, _slimmer_grpc_StoredActivationOutput>
    System: MessageTypeDefinition<_slimmer_grpc_System, _slimmer_grpc_SystemOutput>
    SystemEntity: MessageTypeDefinition<_slimmer_grpc_SystemEntity, _slimmer_grpc_SystemEntityOutput>
    SystemHit: MessageTypeDefinition<_slimmer_grpc_SystemHit, _slimmer_grpc_SystemHitOutput>
    SystemRun: MessageTypeDefinition<_slimmer_grpc_SystemRun, _slimmer_grpc_SystemRunOutput>
    SystemRunEnd: MessageTypeDefinition<_slimmer_grpc_SystemRunEnd, _slimmer_grpc_SystemRunEndOutput>
    SystemRunEndResponse: MessageTypeDefinition<_slimmer_grpc_SystemRunEndResponse, _slimmer_grpc_SystemRunEndResponseOutput>
    SystemRunResponse: MessageTypeDefinition<_slimmer_grpc_SystemRunResponse, _slimmer_grpc_SystemRunResponseOutput>
    WatchActivationsRequest: MessageTypeDefinition<_slimmer_grpc_WatchActivationsRequest, _slimmer_grpc_WatchActivationsRequestOutput>
    WatchActivationsResponse: MessageTypeDefinition<_slimmer_grpc_WatchActivationsResponse, _slimmer_grpc_WatchActivationsResponseOutput>
  }
}

