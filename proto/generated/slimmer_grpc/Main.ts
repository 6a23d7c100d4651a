// Original file: slimmer_grpc/main.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Activation as _slimmer_grpc_Activation, ActivationOutput as _slimmer_grpc_ActivationOutput } from '../slimmer_grpc/Activation.ts';
import type { ActivationAck as _slimmer_grpc_ActivationAck, ActivationAckOutput as _slimmer_grpc_ActivationAckOutput } from '../slimmer_grpc/ActivationAck.ts';
import type { ActivationBatch as _slimmer_grpc_ActivationBatch, ActivationBatchOutput as _slimmer_grpc_ActivationBatchOutput } from '../slimmer_grpc/ActivationBatch.ts';
import type { ActivationBatchResponse as _slimmer_grpc_ActivationBatchResponse, ActivationBatchResponseOutput as _slimmer_grpc_ActivationBatchResponseOutput } from '../slimmer_grpc/ActivationBatchResponse.ts';
import type { ActivationResponse as _slimmer_grpc_ActivationResponse, ActivationResponseOutput as _slimmer_grpc_ActivationResponseOutput } from '../slimmer_grpc/ActivationResponse.ts';
import type { Ping as _slimmer_grpc_Ping, PingOutput as _slimmer_grpc_PingOutput } from '../slimmer_grpc/Ping.ts';
import type { Pong as _slimmer_grpc_Pong, PongOutput as _slimmer_grpc_PongOutput } from '../slimmer_grpc/Pong.ts';
import type { SystemRun as _slimmer_grpc_SystemRun, SystemRunOutput as _slimmer_grpc_SystemRunOutput } from '../slimmer_grpc/SystemRun.ts';
import type { SystemRunEnd as _slimmer_grpc_SystemRunEnd, SystemRunEndOutput as _slimmer_grpc_SystemRunEndOutput } from '../slimmer_grpc/SystemRunEnd.ts';
import type { SystemRunEndResponse as _slimmer_grpc_SystemRunEndResponse, SystemRunEndResponseOutput as _slimmer_grpc_SystemRunEndResponseOutput } from '../slimmer_grpc/SystemRunEndResponse.ts';
import type { SystemRunResponse as _slimmer_grpc_SystemRunResponse, SystemRunResponseOutput as _slimmer_grpc_SystemRunResponseOutput } from '../slimmer_grpc/SystemRunResponse.ts';

export interface MainClient extends grpc.Client {
  /**
   * Ends a run on purpose: what follows is no silence. Late activations of the run are still taken.
   */
  end_system_run(argument: _slimmer_grpc_SystemRunEnd, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemRunEndResponseOutput>): grpc.ClientUnaryCall;
  end_system_run(argument: _slimmer_grpc_SystemRunEnd, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SystemRunEndResponseOutput>): grpc.ClientUnaryCall;
  end_system_run(argument: _slimmer_grpc_SystemRunEnd, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemRunEndResponseOutput>): grpc.ClientUnaryCall;
  end_system_run(argument: _slimmer_grpc_SystemRunEnd, callback: grpc.requestCallback<_slimmer_grpc_SystemRunEndResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Ends a run on purpose: what follows is no silence. Late activations of the run are still taken.
   */
  endSystemRun(argument: _slimmer_grpc_SystemRunEnd, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemRunEndResponseOutput>): grpc.ClientUnaryCall;
  endSystemRun(argument: _slimmer_grpc_SystemRunEnd, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SystemRunEndResponseOutput>): grpc.ClientUnaryCall;
  endSystemRun(argument: _slimmer_grpc_SystemRunEnd, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemRunEndResponseOutput>): grpc.ClientUnaryCall;
  endSystemRun(argument: _slimmer_grpc_SystemRunEnd, callback: grpc.requestCallback<_slimmer_grpc_SystemRunEndResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Records that a sensor triggered. Answered once the row is committed, so success is never a hope.
   */
  new_activation(argument: _slimmer_grpc_Activation, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ActivationResponseOutput>): grpc.ClientUnaryCall;
  new_activation(argument: _slimmer_grpc_Activation, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ActivationResponseOutput>): grpc.ClientUnaryCall;
  new_activation(argument: _slimmer_grpc_Activation, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ActivationResponseOutput>): grpc.ClientUnaryCall;
  new_activation(argument: _slimmer_grpc_Activation, callback: grpc.requestCallback<_slimmer_grpc_ActivationResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Records that a sensor triggered. Answered once the row is committed, so success is never a hope.
   */
  newActivation(argument: _slimmer_grpc_Activation, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ActivationResponseOutput>): grpc.ClientUnaryCall;
  newActivation(argument: _slimmer_grpc_Activation, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ActivationResponseOutput>): grpc.ClientUnaryCall;
  newActivation(argument: _slimmer_grpc_Activation, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ActivationResponseOutput>): grpc.ClientUnaryCall;
  newActivation(argument: _slimmer_grpc_Activation, callback: grpc.requestCallback<_slimmer_grpc_ActivationResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Records many activations in one call, with a result for each. A bad item never fails its neighbours.
   */
  new_activations(argument: _slimmer_grpc_ActivationBatch, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ActivationBatchResponseOutput>): grpc.ClientUnaryCall;
  new_activations(argument: _slimmer_grpc_ActivationBatch, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ActivationBatchResponseOutput>): grpc.ClientUnaryCall;
  new_activations(argument: _slimmer_grpc_ActivationBatch, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ActivationBatchResponseOutput>): grpc.ClientUnaryCall;
  new_activations(argument: _slimmer_grpc_ActivationBatch, callback: grpc.requestCallback<_slimmer_grpc_ActivationBatchResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Records many activations in one call, with a result for each. A bad item never fails its neighbours.
   */
  newActivations(argument: _slimmer_grpc_ActivationBatch, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ActivationBatchResponseOutput>): grpc.ClientUnaryCall;
  newActivations(argument: _slimmer_grpc_ActivationBatch, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ActivationBatchResponseOutput>): grpc.ClientUnaryCall;
  newActivations(argument: _slimmer_grpc_ActivationBatch, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ActivationBatchResponseOutput>): grpc.ClientUnaryCall;
  newActivations(argument: _slimmer_grpc_ActivationBatch, callback: grpc.requestCallback<_slimmer_grpc_ActivationBatchResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Starts a run of a system, and registers the sensors connected to it. It supersedes the system's open run.
   */
  new_system_run(argument: _slimmer_grpc_SystemRun, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemRunResponseOutput>): grpc.ClientUnaryCall;
  new_system_run(argument: _slimmer_grpc_SystemRun, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SystemRunResponseOutput>): grpc.ClientUnaryCall;
  new_system_run(argument: _slimmer_grpc_SystemRun, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemRunResponseOutput>): grpc.ClientUnaryCall;
  new_system_run(argument: _slimmer_grpc_SystemRun, callback: grpc.requestCallback<_slimmer_grpc_SystemRunResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Starts a run of a system, and registers the sensors connected to it. It supersedes the system's open run.
   */
  newSystemRun(argument: _slimmer_grpc_SystemRun, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemRunResponseOutput>): grpc.ClientUnaryCall;
  newSystemRun(argument: _slimmer_grpc_SystemRun, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SystemRunResponseOutput>): grpc.ClientUnaryCall;
  newSystemRun(argument: _slimmer_grpc_SystemRun, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemRunResponseOutput>): grpc.ClientUnaryCall;
  newSystemRun(argument: _slimmer_grpc_SystemRun, callback: grpc.requestCallback<_slimmer_grpc_SystemRunResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Answers with the same message. With a system_id it is also that system's sign of life.
   */
  ping(argument: _slimmer_grpc_Ping, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_PongOutput>): grpc.ClientUnaryCall;
  ping(argument: _slimmer_grpc_Ping, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_PongOutput>): grpc.ClientUnaryCall;
  ping(argument: _slimmer_grpc_Ping, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_PongOutput>): grpc.ClientUnaryCall;
  ping(argument: _slimmer_grpc_Ping, callback: grpc.requestCallback<_slimmer_grpc_PongOutput>): grpc.ClientUnaryCall;
  
  /**
   * Records batches as they come. Each batch gets one acknowledgement, in the order of the batches, once it is durable.
   * A client that half-closes gets all outstanding acknowledgements, then OK.
   */
  stream_activations(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_slimmer_grpc_ActivationBatch, _slimmer_grpc_ActivationAckOutput>;
  stream_activations(options?: grpc.CallOptions): grpc.ClientDuplexStream<_slimmer_grpc_ActivationBatch, _slimmer_grpc_ActivationAckOutput>;
  /**
   * Records batches as they come. Each batch gets one acknowledgement, in the order of the batches, once it is durable.
   * A client that half-closes gets all outstanding acknowledgements, then OK.
   */
  streamActivations(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_slimmer_grpc_ActivationBatch, _slimmer_grpc_ActivationAckOutput>;
  streamActivations(options?: grpc.CallOptions): grpc.ClientDuplexStream<_slimmer_grpc_ActivationBatch, _slimmer_grpc_ActivationAckOutput>;
  
}

export interface MainHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Ends a run on purpose: what follows is no silence. Late activations of the run are still taken.
   */
  end_system_run: grpc.handleUnaryCall<_slimmer_grpc_SystemRunEndOutput, _slimmer_grpc_SystemRunEndResponse>;
  
  /**
   * Records that a sensor triggered. Answered once the row is committed, so success is never a hope.
   */
  new_activation: grpc.handleUnaryCall<_slimmer_grpc_ActivationOutput, _slimmer_grpc_ActivationResponse>;
  
  /**
   * Records many activations in one call, with a result for each. A bad item never fails its neighbours.
   */
  new_activations: grpc.handleUnaryCall<_slimmer_grpc_ActivationBatchOutput, _slimmer_grpc_ActivationBatchResponse>;
  
  /**
   * Starts a run of a system, and registers the sensors connected to it. It supersedes the system's open run.
   */
  new_system_run: grpc.handleUnaryCall<_slimmer_grpc_SystemRunOutput, _slimmer_grpc_SystemRunResponse>;
  
  /**
   * Answers with the same message. With a system_id it is also that system's sign of life.
   */
  ping: grpc.handleUnaryCall<_slimmer_grpc_PingOutput, _slimmer_grpc_Pong>;
  
  /**
   * Records batches as they come. Each batch gets one acknowledgement, in the order of the batches, once it is durable.
   * A client that half-closes gets all outstanding acknowledgements, then OK.
   */
  stream_activations: grpc.handleBidiStreamingCall<_slimmer_grpc_ActivationBatchOutput, _slimmer_grpc_ActivationAck>;
  
}

export interface MainDefinition extends grpc.ServiceDefinition {
  end_system_run: MethodDefinition<_slimmer_grpc_SystemRunEnd, _slimmer_grpc_SystemRunEndResponse, _slimmer_grpc_SystemRunEndOutput, _slimmer_grpc_SystemRunEndResponseOutput>
  new_activation: MethodDefinition<_slimmer_grpc_Activation, _slimmer_grpc_ActivationResponse, _slimmer_grpc_ActivationOutput, _slimmer_grpc_ActivationResponseOutput>
  new_activations: MethodDefinition<_slimmer_grpc_ActivationBatch, _slimmer_grpc_ActivationBatchResponse, _slimmer_grpc_ActivationBatchOutput, _slimmer_grpc_ActivationBatchResponseOutput>
  new_system_run: MethodDefinition<_slimmer_grpc_SystemRun, _slimmer_grpc_SystemRunResponse, _slimmer_grpc_SystemRunOutput, _slimmer_grpc_SystemRunResponseOutput>
  ping: MethodDefinition<_slimmer_grpc_Ping, _slimmer_grpc_Pong, _slimmer_grpc_PingOutput, _slimmer_grpc_PongOutput>
  stream_activations: MethodDefinition<_slimmer_grpc_ActivationBatch, _slimmer_grpc_ActivationAck, _slimmer_grpc_ActivationBatchOutput, _slimmer_grpc_ActivationAckOutput>
}
