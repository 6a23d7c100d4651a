// Original file: slimmer_grpc/reader.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CountActivationsRequest as _slimmer_grpc_CountActivationsRequest, CountActivationsRequestOutput as _slimmer_grpc_CountActivationsRequestOutput } from '../slimmer_grpc/CountActivationsRequest.ts';
import type { CountActivationsResponse as _slimmer_grpc_CountActivationsResponse, CountActivationsResponseOutput as _slimmer_grpc_CountActivationsResponseOutput } from '../slimmer_grpc/CountActivationsResponse.ts';
import type { ExportActivationsRequest as _slimmer_grpc_ExportActivationsRequest, ExportActivationsRequestOutput as _slimmer_grpc_ExportActivationsRequestOutput } from '../slimmer_grpc/ExportActivationsRequest.ts';
import type { ExportActivationsResponse as _slimmer_grpc_ExportActivationsResponse, ExportActivationsResponseOutput as _slimmer_grpc_ExportActivationsResponseOutput } from '../slimmer_grpc/ExportActivationsResponse.ts';
import type { Fleet as _slimmer_grpc_Fleet, FleetOutput as _slimmer_grpc_FleetOutput } from '../slimmer_grpc/Fleet.ts';
import type { GetActivationRequest as _slimmer_grpc_GetActivationRequest, GetActivationRequestOutput as _slimmer_grpc_GetActivationRequestOutput } from '../slimmer_grpc/GetActivationRequest.ts';
import type { GetFleetRequest as _slimmer_grpc_GetFleetRequest, GetFleetRequestOutput as _slimmer_grpc_GetFleetRequestOutput } from '../slimmer_grpc/GetFleetRequest.ts';
import type { GetRunRequest as _slimmer_grpc_GetRunRequest, GetRunRequestOutput as _slimmer_grpc_GetRunRequestOutput } from '../slimmer_grpc/GetRunRequest.ts';
import type { GetSensorRequest as _slimmer_grpc_GetSensorRequest, GetSensorRequestOutput as _slimmer_grpc_GetSensorRequestOutput } from '../slimmer_grpc/GetSensorRequest.ts';
import type { GetStorageRequest as _slimmer_grpc_GetStorageRequest, GetStorageRequestOutput as _slimmer_grpc_GetStorageRequestOutput } from '../slimmer_grpc/GetStorageRequest.ts';
import type { GetSystemRequest as _slimmer_grpc_GetSystemRequest, GetSystemRequestOutput as _slimmer_grpc_GetSystemRequestOutput } from '../slimmer_grpc/GetSystemRequest.ts';
import type { ListActivationsRequest as _slimmer_grpc_ListActivationsRequest, ListActivationsRequestOutput as _slimmer_grpc_ListActivationsRequestOutput } from '../slimmer_grpc/ListActivationsRequest.ts';
import type { ListActivationsResponse as _slimmer_grpc_ListActivationsResponse, ListActivationsResponseOutput as _slimmer_grpc_ListActivationsResponseOutput } from '../slimmer_grpc/ListActivationsResponse.ts';
import type { ListRunsRequest as _slimmer_grpc_ListRunsRequest, ListRunsRequestOutput as _slimmer_grpc_ListRunsRequestOutput } from '../slimmer_grpc/ListRunsRequest.ts';
import type { ListRunsResponse as _slimmer_grpc_ListRunsResponse, ListRunsResponseOutput as _slimmer_grpc_ListRunsResponseOutput } from '../slimmer_grpc/ListRunsResponse.ts';
import type { ListSensorsRequest as _slimmer_grpc_ListSensorsRequest, ListSensorsRequestOutput as _slimmer_grpc_ListSensorsRequestOutput } from '../slimmer_grpc/ListSensorsRequest.ts';
import type { ListSensorsResponse as _slimmer_grpc_ListSensorsResponse, ListSensorsResponseOutput as _slimmer_grpc_ListSensorsResponseOutput } from '../slimmer_grpc/ListSensorsResponse.ts';
import type { ListSystemsRequest as _slimmer_grpc_ListSystemsRequest, ListSystemsRequestOutput as _slimmer_grpc_ListSystemsRequestOutput } from '../slimmer_grpc/ListSystemsRequest.ts';
import type { ListSystemsResponse as _slimmer_grpc_ListSystemsResponse, ListSystemsResponseOutput as _slimmer_grpc_ListSystemsResponseOutput } from '../slimmer_grpc/ListSystemsResponse.ts';
import type { Rhythm as _slimmer_grpc_Rhythm, RhythmOutput as _slimmer_grpc_RhythmOutput } from '../slimmer_grpc/Rhythm.ts';
import type { Run as _slimmer_grpc_Run, RunOutput as _slimmer_grpc_RunOutput } from '../slimmer_grpc/Run.ts';
import type { RunCoverage as _slimmer_grpc_RunCoverage, RunCoverageOutput as _slimmer_grpc_RunCoverageOutput } from '../slimmer_grpc/RunCoverage.ts';
import type { SearchRequest as _slimmer_grpc_SearchRequest, SearchRequestOutput as _slimmer_grpc_SearchRequestOutput } from '../slimmer_grpc/SearchRequest.ts';
import type { SearchResponse as _slimmer_grpc_SearchResponse, SearchResponseOutput as _slimmer_grpc_SearchResponseOutput } from '../slimmer_grpc/SearchResponse.ts';
import type { Sensor as _slimmer_grpc_Sensor, SensorOutput as _slimmer_grpc_SensorOutput } from '../slimmer_grpc/Sensor.ts';
import type { Storage as _slimmer_grpc_Storage, StorageOutput as _slimmer_grpc_StorageOutput } from '../slimmer_grpc/Storage.ts';
import type { StoredActivation as _slimmer_grpc_StoredActivation, StoredActivationOutput as _slimmer_grpc_StoredActivationOutput } from '../slimmer_grpc/StoredActivation.ts';
import type { System as _slimmer_grpc_System, SystemOutput as _slimmer_grpc_SystemOutput } from '../slimmer_grpc/System.ts';
import type { WatchActivationsRequest as _slimmer_grpc_WatchActivationsRequest, WatchActivationsRequestOutput as _slimmer_grpc_WatchActivationsRequestOutput } from '../slimmer_grpc/WatchActivationsRequest.ts';
import type { WatchActivationsResponse as _slimmer_grpc_WatchActivationsResponse, WatchActivationsResponseOutput as _slimmer_grpc_WatchActivationsResponseOutput } from '../slimmer_grpc/WatchActivationsResponse.ts';

export interface ReaderClient extends grpc.Client {
  /**
   * Activations by the hour or by the day, of everything, one system, or some of its sensors. Read from counts that are kept as
   * rows arrive, at most a second or so behind, so it costs the same for any number of activations.
   */
  count_activations(argument: _slimmer_grpc_CountActivationsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_CountActivationsResponseOutput>): grpc.ClientUnaryCall;
  count_activations(argument: _slimmer_grpc_CountActivationsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_CountActivationsResponseOutput>): grpc.ClientUnaryCall;
  count_activations(argument: _slimmer_grpc_CountActivationsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_CountActivationsResponseOutput>): grpc.ClientUnaryCall;
  count_activations(argument: _slimmer_grpc_CountActivationsRequest, callback: grpc.requestCallback<_slimmer_grpc_CountActivationsResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Activations by the hour or by the day, of everything, one system, or some of its sensors. Read from counts that are kept as
   * rows arrive, at most a second or so behind, so it costs the same for any number of activations.
   */
  countActivations(argument: _slimmer_grpc_CountActivationsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_CountActivationsResponseOutput>): grpc.ClientUnaryCall;
  countActivations(argument: _slimmer_grpc_CountActivationsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_CountActivationsResponseOutput>): grpc.ClientUnaryCall;
  countActivations(argument: _slimmer_grpc_CountActivationsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_CountActivationsResponseOutput>): grpc.ClientUnaryCall;
  countActivations(argument: _slimmer_grpc_CountActivationsRequest, callback: grpc.requestCallback<_slimmer_grpc_CountActivationsResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Every activation that the filters leave, as a file: the newest first. A server has at most eight open, and refuses more with
   * PROCESS_FULL; a client that does not take a piece (64 KiB) within a minute is dropped, with EXPORT_UNREAD.
   */
  export_activations(argument: _slimmer_grpc_ExportActivationsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_slimmer_grpc_ExportActivationsResponseOutput>;
  export_activations(argument: _slimmer_grpc_ExportActivationsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_slimmer_grpc_ExportActivationsResponseOutput>;
  /**
   * Every activation that the filters leave, as a file: the newest first. A server has at most eight open, and refuses more with
   * PROCESS_FULL; a client that does not take a piece (64 KiB) within a minute is dropped, with EXPORT_UNREAD.
   */
  exportActivations(argument: _slimmer_grpc_ExportActivationsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_slimmer_grpc_ExportActivationsResponseOutput>;
  exportActivations(argument: _slimmer_grpc_ExportActivationsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_slimmer_grpc_ExportActivationsResponseOutput>;
  
  get_activation(argument: _slimmer_grpc_GetActivationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_StoredActivationOutput>): grpc.ClientUnaryCall;
  get_activation(argument: _slimmer_grpc_GetActivationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_StoredActivationOutput>): grpc.ClientUnaryCall;
  get_activation(argument: _slimmer_grpc_GetActivationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_StoredActivationOutput>): grpc.ClientUnaryCall;
  get_activation(argument: _slimmer_grpc_GetActivationRequest, callback: grpc.requestCallback<_slimmer_grpc_StoredActivationOutput>): grpc.ClientUnaryCall;
  getActivation(argument: _slimmer_grpc_GetActivationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_StoredActivationOutput>): grpc.ClientUnaryCall;
  getActivation(argument: _slimmer_grpc_GetActivationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_StoredActivationOutput>): grpc.ClientUnaryCall;
  getActivation(argument: _slimmer_grpc_GetActivationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_StoredActivationOutput>): grpc.ClientUnaryCall;
  getActivation(argument: _slimmer_grpc_GetActivationRequest, callback: grpc.requestCallback<_slimmer_grpc_StoredActivationOutput>): grpc.ClientUnaryCall;
  
  /**
   * All systems in one answer: how many are up, late, down, and what they did in the last 24 hours.
   */
  get_fleet(argument: _slimmer_grpc_GetFleetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_FleetOutput>): grpc.ClientUnaryCall;
  get_fleet(argument: _slimmer_grpc_GetFleetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_FleetOutput>): grpc.ClientUnaryCall;
  get_fleet(argument: _slimmer_grpc_GetFleetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_FleetOutput>): grpc.ClientUnaryCall;
  get_fleet(argument: _slimmer_grpc_GetFleetRequest, callback: grpc.requestCallback<_slimmer_grpc_FleetOutput>): grpc.ClientUnaryCall;
  /**
   * All systems in one answer: how many are up, late, down, and what they did in the last 24 hours.
   */
  getFleet(argument: _slimmer_grpc_GetFleetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_FleetOutput>): grpc.ClientUnaryCall;
  getFleet(argument: _slimmer_grpc_GetFleetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_FleetOutput>): grpc.ClientUnaryCall;
  getFleet(argument: _slimmer_grpc_GetFleetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_FleetOutput>): grpc.ClientUnaryCall;
  getFleet(argument: _slimmer_grpc_GetFleetRequest, callback: grpc.requestCallback<_slimmer_grpc_FleetOutput>): grpc.ClientUnaryCall;
  
  /**
   * The gaps between a sensor's firings, from its latest 50.
   */
  get_rhythm(argument: _slimmer_grpc_GetSensorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RhythmOutput>): grpc.ClientUnaryCall;
  get_rhythm(argument: _slimmer_grpc_GetSensorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_RhythmOutput>): grpc.ClientUnaryCall;
  get_rhythm(argument: _slimmer_grpc_GetSensorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RhythmOutput>): grpc.ClientUnaryCall;
  get_rhythm(argument: _slimmer_grpc_GetSensorRequest, callback: grpc.requestCallback<_slimmer_grpc_RhythmOutput>): grpc.ClientUnaryCall;
  /**
   * The gaps between a sensor's firings, from its latest 50.
   */
  getRhythm(argument: _slimmer_grpc_GetSensorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RhythmOutput>): grpc.ClientUnaryCall;
  getRhythm(argument: _slimmer_grpc_GetSensorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_RhythmOutput>): grpc.ClientUnaryCall;
  getRhythm(argument: _slimmer_grpc_GetSensorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RhythmOutput>): grpc.ClientUnaryCall;
  getRhythm(argument: _slimmer_grpc_GetSensorRequest, callback: grpc.requestCallback<_slimmer_grpc_RhythmOutput>): grpc.ClientUnaryCall;
  
  get_run(argument: _slimmer_grpc_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RunOutput>): grpc.ClientUnaryCall;
  get_run(argument: _slimmer_grpc_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_RunOutput>): grpc.ClientUnaryCall;
  get_run(argument: _slimmer_grpc_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RunOutput>): grpc.ClientUnaryCall;
  get_run(argument: _slimmer_grpc_GetRunRequest, callback: grpc.requestCallback<_slimmer_grpc_RunOutput>): grpc.ClientUnaryCall;
  getRun(argument: _slimmer_grpc_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RunOutput>): grpc.ClientUnaryCall;
  getRun(argument: _slimmer_grpc_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_RunOutput>): grpc.ClientUnaryCall;
  getRun(argument: _slimmer_grpc_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RunOutput>): grpc.ClientUnaryCall;
  getRun(argument: _slimmer_grpc_GetRunRequest, callback: grpc.requestCallback<_slimmer_grpc_RunOutput>): grpc.ClientUnaryCall;
  
  /**
   * What a run's list of sensors promised, and what they did: fired, never fired, not listed, missing.
   */
  get_run_coverage(argument: _slimmer_grpc_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RunCoverageOutput>): grpc.ClientUnaryCall;
  get_run_coverage(argument: _slimmer_grpc_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_RunCoverageOutput>): grpc.ClientUnaryCall;
  get_run_coverage(argument: _slimmer_grpc_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RunCoverageOutput>): grpc.ClientUnaryCall;
  get_run_coverage(argument: _slimmer_grpc_GetRunRequest, callback: grpc.requestCallback<_slimmer_grpc_RunCoverageOutput>): grpc.ClientUnaryCall;
  /**
   * What a run's list of sensors promised, and what they did: fired, never fired, not listed, missing.
   */
  getRunCoverage(argument: _slimmer_grpc_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RunCoverageOutput>): grpc.ClientUnaryCall;
  getRunCoverage(argument: _slimmer_grpc_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_RunCoverageOutput>): grpc.ClientUnaryCall;
  getRunCoverage(argument: _slimmer_grpc_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_RunCoverageOutput>): grpc.ClientUnaryCall;
  getRunCoverage(argument: _slimmer_grpc_GetRunRequest, callback: grpc.requestCallback<_slimmer_grpc_RunCoverageOutput>): grpc.ClientUnaryCall;
  
  get_sensor(argument: _slimmer_grpc_GetSensorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SensorOutput>): grpc.ClientUnaryCall;
  get_sensor(argument: _slimmer_grpc_GetSensorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SensorOutput>): grpc.ClientUnaryCall;
  get_sensor(argument: _slimmer_grpc_GetSensorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SensorOutput>): grpc.ClientUnaryCall;
  get_sensor(argument: _slimmer_grpc_GetSensorRequest, callback: grpc.requestCallback<_slimmer_grpc_SensorOutput>): grpc.ClientUnaryCall;
  getSensor(argument: _slimmer_grpc_GetSensorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SensorOutput>): grpc.ClientUnaryCall;
  getSensor(argument: _slimmer_grpc_GetSensorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SensorOutput>): grpc.ClientUnaryCall;
  getSensor(argument: _slimmer_grpc_GetSensorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SensorOutput>): grpc.ClientUnaryCall;
  getSensor(argument: _slimmer_grpc_GetSensorRequest, callback: grpc.requestCallback<_slimmer_grpc_SensorOutput>): grpc.ClientUnaryCall;
  
  /**
   * What the database holds, how fast it grows, and what keeps it.
   */
  get_storage(argument: _slimmer_grpc_GetStorageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_StorageOutput>): grpc.ClientUnaryCall;
  get_storage(argument: _slimmer_grpc_GetStorageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_StorageOutput>): grpc.ClientUnaryCall;
  get_storage(argument: _slimmer_grpc_GetStorageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_StorageOutput>): grpc.ClientUnaryCall;
  get_storage(argument: _slimmer_grpc_GetStorageRequest, callback: grpc.requestCallback<_slimmer_grpc_StorageOutput>): grpc.ClientUnaryCall;
  /**
   * What the database holds, how fast it grows, and what keeps it.
   */
  getStorage(argument: _slimmer_grpc_GetStorageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_StorageOutput>): grpc.ClientUnaryCall;
  getStorage(argument: _slimmer_grpc_GetStorageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_StorageOutput>): grpc.ClientUnaryCall;
  getStorage(argument: _slimmer_grpc_GetStorageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_StorageOutput>): grpc.ClientUnaryCall;
  getStorage(argument: _slimmer_grpc_GetStorageRequest, callback: grpc.requestCallback<_slimmer_grpc_StorageOutput>): grpc.ClientUnaryCall;
  
  get_system(argument: _slimmer_grpc_GetSystemRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemOutput>): grpc.ClientUnaryCall;
  get_system(argument: _slimmer_grpc_GetSystemRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SystemOutput>): grpc.ClientUnaryCall;
  get_system(argument: _slimmer_grpc_GetSystemRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemOutput>): grpc.ClientUnaryCall;
  get_system(argument: _slimmer_grpc_GetSystemRequest, callback: grpc.requestCallback<_slimmer_grpc_SystemOutput>): grpc.ClientUnaryCall;
  getSystem(argument: _slimmer_grpc_GetSystemRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemOutput>): grpc.ClientUnaryCall;
  getSystem(argument: _slimmer_grpc_GetSystemRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SystemOutput>): grpc.ClientUnaryCall;
  getSystem(argument: _slimmer_grpc_GetSystemRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SystemOutput>): grpc.ClientUnaryCall;
  getSystem(argument: _slimmer_grpc_GetSystemRequest, callback: grpc.requestCallback<_slimmer_grpc_SystemOutput>): grpc.ClientUnaryCall;
  
  /**
   * Activations, the newest first, by the time in their ids.
   */
  list_activations(argument: _slimmer_grpc_ListActivationsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListActivationsResponseOutput>): grpc.ClientUnaryCall;
  list_activations(argument: _slimmer_grpc_ListActivationsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ListActivationsResponseOutput>): grpc.ClientUnaryCall;
  list_activations(argument: _slimmer_grpc_ListActivationsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListActivationsResponseOutput>): grpc.ClientUnaryCall;
  list_activations(argument: _slimmer_grpc_ListActivationsRequest, callback: grpc.requestCallback<_slimmer_grpc_ListActivationsResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Activations, the newest first, by the time in their ids.
   */
  listActivations(argument: _slimmer_grpc_ListActivationsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListActivationsResponseOutput>): grpc.ClientUnaryCall;
  listActivations(argument: _slimmer_grpc_ListActivationsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ListActivationsResponseOutput>): grpc.ClientUnaryCall;
  listActivations(argument: _slimmer_grpc_ListActivationsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListActivationsResponseOutput>): grpc.ClientUnaryCall;
  listActivations(argument: _slimmer_grpc_ListActivationsRequest, callback: grpc.requestCallback<_slimmer_grpc_ListActivationsResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Runs of a system, the newest first.
   */
  list_runs(argument: _slimmer_grpc_ListRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListRunsResponseOutput>): grpc.ClientUnaryCall;
  list_runs(argument: _slimmer_grpc_ListRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ListRunsResponseOutput>): grpc.ClientUnaryCall;
  list_runs(argument: _slimmer_grpc_ListRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListRunsResponseOutput>): grpc.ClientUnaryCall;
  list_runs(argument: _slimmer_grpc_ListRunsRequest, callback: grpc.requestCallback<_slimmer_grpc_ListRunsResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Runs of a system, the newest first.
   */
  listRuns(argument: _slimmer_grpc_ListRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListRunsResponseOutput>): grpc.ClientUnaryCall;
  listRuns(argument: _slimmer_grpc_ListRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ListRunsResponseOutput>): grpc.ClientUnaryCall;
  listRuns(argument: _slimmer_grpc_ListRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListRunsResponseOutput>): grpc.ClientUnaryCall;
  listRuns(argument: _slimmer_grpc_ListRunsRequest, callback: grpc.requestCallback<_slimmer_grpc_ListRunsResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Sensors of a system, those that need attention first.
   */
  list_sensors(argument: _slimmer_grpc_ListSensorsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListSensorsResponseOutput>): grpc.ClientUnaryCall;
  list_sensors(argument: _slimmer_grpc_ListSensorsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ListSensorsResponseOutput>): grpc.ClientUnaryCall;
  list_sensors(argument: _slimmer_grpc_ListSensorsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListSensorsResponseOutput>): grpc.ClientUnaryCall;
  list_sensors(argument: _slimmer_grpc_ListSensorsRequest, callback: grpc.requestCallback<_slimmer_grpc_ListSensorsResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Sensors of a system, those that need attention first.
   */
  listSensors(argument: _slimmer_grpc_ListSensorsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListSensorsResponseOutput>): grpc.ClientUnaryCall;
  listSensors(argument: _slimmer_grpc_ListSensorsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ListSensorsResponseOutput>): grpc.ClientUnaryCall;
  listSensors(argument: _slimmer_grpc_ListSensorsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListSensorsResponseOutput>): grpc.ClientUnaryCall;
  listSensors(argument: _slimmer_grpc_ListSensorsRequest, callback: grpc.requestCallback<_slimmer_grpc_ListSensorsResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Systems, those that need attention first.
   */
  list_systems(argument: _slimmer_grpc_ListSystemsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListSystemsResponseOutput>): grpc.ClientUnaryCall;
  list_systems(argument: _slimmer_grpc_ListSystemsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ListSystemsResponseOutput>): grpc.ClientUnaryCall;
  list_systems(argument: _slimmer_grpc_ListSystemsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListSystemsResponseOutput>): grpc.ClientUnaryCall;
  list_systems(argument: _slimmer_grpc_ListSystemsRequest, callback: grpc.requestCallback<_slimmer_grpc_ListSystemsResponseOutput>): grpc.ClientUnaryCall;
  /**
   * Systems, those that need attention first.
   */
  listSystems(argument: _slimmer_grpc_ListSystemsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListSystemsResponseOutput>): grpc.ClientUnaryCall;
  listSystems(argument: _slimmer_grpc_ListSystemsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_ListSystemsResponseOutput>): grpc.ClientUnaryCall;
  listSystems(argument: _slimmer_grpc_ListSystemsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_ListSystemsResponseOutput>): grpc.ClientUnaryCall;
  listSystems(argument: _slimmer_grpc_ListSystemsRequest, callback: grpc.requestCallback<_slimmer_grpc_ListSystemsResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Systems, sensors and runs that a text may mean.
   */
  search(argument: _slimmer_grpc_SearchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SearchResponseOutput>): grpc.ClientUnaryCall;
  search(argument: _slimmer_grpc_SearchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_slimmer_grpc_SearchResponseOutput>): grpc.ClientUnaryCall;
  search(argument: _slimmer_grpc_SearchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_slimmer_grpc_SearchResponseOutput>): grpc.ClientUnaryCall;
  search(argument: _slimmer_grpc_SearchRequest, callback: grpc.requestCallback<_slimmer_grpc_SearchResponseOutput>): grpc.ClientUnaryCall;
  
  /**
   * Activations as they are stored, in the order in which they became visible, whenever they happened. Never ends by itself. A
   * client that goes on from the last cursor it has read misses nothing; what it had read since that cursor may come twice,
   * with the same ids. A reader that is slow gets everything, later; one that does not take a message within a minute is dropped.
   */
  watch_activations(argument: _slimmer_grpc_WatchActivationsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_slimmer_grpc_WatchActivationsResponseOutput>;
  watch_activations(argument: _slimmer_grpc_WatchActivationsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_slimmer_grpc_WatchActivationsResponseOutput>;
  /**
   * Activations as they are stored, in the order in which they became visible, whenever they happened. Never ends by itself. A
   * client that goes on from the last cursor it has read misses nothing; what it had read since that cursor may come twice,
   * with the same ids. A reader that is slow gets everything, later; one that does not take a message within a minute is dropped.
   */
  watchActivations(argument: _slimmer_grpc_WatchActivationsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_slimmer_grpc_WatchActivationsResponseOutput>;
  watchActivations(argument: _slimmer_grpc_WatchActivationsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_slimmer_grpc_WatchActivationsResponseOutput>;
  
}

export interface ReaderHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Activations by the hour or by the day, of everything, one system, or some of its sensors. Read from counts that are kept as
   * rows arrive, at most a second or so behind, so it costs the same for any number of activations.
   */
  count_activations: grpc.handleUnaryCall<_slimmer_grpc_CountActivationsRequestOutput, _slimmer_grpc_CountActivationsResponse>;
  
  /**
   * Every activation that the filters leave, as a file: the newest first. A server has at most eight open, and refuses more with
   * PROCESS_FULL; a client that does not take a piece (64 KiB) within a minute is dropped, with EXPORT_UNREAD.
   */
  export_activations: grpc.handleServerStreamingCall<_slimmer_grpc_ExportActivationsRequestOutput, _slimmer_grpc_ExportActivationsResponse>;
  
  get_activation: grpc.handleUnaryCall<_slimmer_grpc_GetActivationRequestOutput, _slimmer_grpc_StoredActivation>;
  
  /**
   * All systems in one answer: how many are up, late, down, and what they did in the last 24 hours.
   */
  get_fleet: grpc.handleUnaryCall<_slimmer_grpc_GetFleetRequestOutput, _slimmer_grpc_Fleet>;
  
  /**
   * The gaps between a sensor's firings, from its latest 50.
   */
  get_rhythm: grpc.handleUnaryCall<_slimmer_grpc_GetSensorRequestOutput, _slimmer_grpc_Rhythm>;
  
  get_run: grpc.handleUnaryCall<_slimmer_grpc_GetRunRequestOutput, _slimmer_grpc_Run>;
  
  /**
   * What a run's list of sensors promised, and what they did: fired, never fired, not listed, missing.
   */
  get_run_coverage: grpc.handleUnaryCall<_slimmer_grpc_GetRunRequestOutput, _slimmer_grpc_RunCoverage>;
  
  get_sensor: grpc.handleUnaryCall<_slimmer_grpc_GetSensorRequestOutput, _slimmer_grpc_Sensor>;
  
  /**
   * What the database holds, how fast it grows, and what keeps it.
   */
  get_storage: grpc.handleUnaryCall<_slimmer_grpc_GetStorageRequestOutput, _slimmer_grpc_Storage>;
  
  get_system: grpc.handleUnaryCall<_slimmer_grpc_GetSystemRequestOutput, _slimmer_grpc_System>;
  
  /**
   * Activations, the newest first, by the time in their ids.
   */
  list_activations: grpc.handleUnaryCall<_slimmer_grpc_ListActivationsRequestOutput, _slimmer_grpc_ListActivationsResponse>;
  
  /**
   * Runs of a system, the newest first.
   */
  list_runs: grpc.handleUnaryCall<_slimmer_grpc_ListRunsRequestOutput, _slimmer_grpc_ListRunsResponse>;
  
  /**
   * Sensors of a system, those that need attention first.
   */
  list_sensors: grpc.handleUnaryCall<_slimmer_grpc_ListSensorsRequestOutput, _slimmer_grpc_ListSensorsResponse>;
  
  /**
   * Systems, those that need attention first.
   */
  list_systems: grpc.handleUnaryCall<_slimmer_grpc_ListSystemsRequestOutput, _slimmer_grpc_ListSystemsResponse>;
  
  /**
   * Systems, sensors and runs that a text may mean.
   */
  search: grpc.handleUnaryCall<_slimmer_grpc_SearchRequestOutput, _slimmer_grpc_SearchResponse>;
  
  /**
   * Activations as they are stored, in the order in which they became visible, whenever they happened. Never ends by itself. A
   * client that goes on from the last cursor it has read misses nothing; what it had read since that cursor may come twice,
   * with the same ids. A reader that is slow gets everything, later; one that does not take a message within a minute is dropped.
   */
  watch_activations: grpc.handleServerStreamingCall<_slimmer_grpc_WatchActivationsRequestOutput, _slimmer_grpc_WatchActivationsResponse>;
  
}

export interface ReaderDefinition extends grpc.ServiceDefinition {
  count_activations: MethodDefinition<_slimmer_grpc_CountActivationsRequest, _slimmer_grpc_CountActivationsResponse, _slimmer_grpc_CountActivationsRequestOutput, _slimmer_grpc_CountActivationsResponseOutput>
  export_activations: MethodDefinition<_slimmer_grpc_ExportActivationsRequest, _slimmer_grpc_ExportActivationsResponse, _slimmer_grpc_ExportActivationsRequestOutput, _slimmer_grpc_ExportActivationsResponseOutput>
  get_activation: MethodDefinition<_slimmer_grpc_GetActivationRequest, _slimmer_grpc_StoredActivation, _slimmer_grpc_GetActivationRequestOutput, _slimmer_grpc_StoredActivationOutput>
  get_fleet: MethodDefinition<_slimmer_grpc_GetFleetRequest, _slimmer_grpc_Fleet, _slimmer_grpc_GetFleetRequestOutput, _slimmer_grpc_FleetOutput>
  get_rhythm: MethodDefinition<_slimmer_grpc_GetSensorRequest, _slimmer_grpc_Rhythm, _slimmer_grpc_GetSensorRequestOutput, _slimmer_grpc_RhythmOutput>
  get_run: MethodDefinition<_slimmer_grpc_GetRunRequest, _slimmer_grpc_Run, _slimmer_grpc_GetRunRequestOutput, _slimmer_grpc_RunOutput>
  get_run_coverage: MethodDefinition<_slimmer_grpc_GetRunRequest, _slimmer_grpc_RunCoverage, _slimmer_grpc_GetRunRequestOutput, _slimmer_grpc_RunCoverageOutput>
  get_sensor: MethodDefinition<_slimmer_grpc_GetSensorRequest, _slimmer_grpc_Sensor, _slimmer_grpc_GetSensorRequestOutput, _slimmer_grpc_SensorOutput>
  get_storage: MethodDefinition<_slimmer_grpc_GetStorageRequest, _slimmer_grpc_Storage, _slimmer_grpc_GetStorageRequestOutput, _slimmer_grpc_StorageOutput>
  get_system: MethodDefinition<_slimmer_grpc_GetSystemRequest, _slimmer_grpc_System, _slimmer_grpc_GetSystemRequestOutput, _slimmer_grpc_SystemOutput>
  list_activations: MethodDefinition<_slimmer_grpc_ListActivationsRequest, _slimmer_grpc_ListActivationsResponse, _slimmer_grpc_ListActivationsRequestOutput, _slimmer_grpc_ListActivationsResponseOutput>
  list_runs: MethodDefinition<_slimmer_grpc_ListRunsRequest, _slimmer_grpc_ListRunsResponse, _slimmer_grpc_ListRunsRequestOutput, _slimmer_grpc_ListRunsResponseOutput>
  list_sensors: MethodDefinition<_slimmer_grpc_ListSensorsRequest, _slimmer_grpc_ListSensorsResponse, _slimmer_grpc_ListSensorsRequestOutput, _slimmer_grpc_ListSensorsResponseOutput>
  list_systems: MethodDefinition<_slimmer_grpc_ListSystemsRequest, _slimmer_grpc_ListSystemsResponse, _slimmer_grpc_ListSystemsRequestOutput, _slimmer_grpc_ListSystemsResponseOutput>
  search: MethodDefinition<_slimmer_grpc_SearchRequest, _slimmer_grpc_SearchResponse, _slimmer_grpc_SearchRequestOutput, _slimmer_grpc_SearchResponseOutput>
  watch_activations: MethodDefinition<_slimmer_grpc_WatchActivationsRequest, _slimmer_grpc_WatchActivationsResponse, _slimmer_grpc_WatchActivationsRequestOutput, _slimmer_grpc_WatchActivationsResponseOutput>
}
