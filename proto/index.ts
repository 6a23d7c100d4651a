import type { MainDefinition } from "./generated/slimmer_grpc/Main.ts";
import type { ReaderDefinition } from "./generated/slimmer_grpc/Reader.ts";
import { contract } from "./package.ts";

/** The service `slimmer_grpc.Main`, for `Server.addService` and for generic clients. */
export const MainService: MainDefinition = contract.slimmer_grpc.Main.service;

/** A client of `slimmer_grpc.Main`: `new MainClient("localhost:50051", credentials.createInsecure())`. */
export const MainClient = contract.slimmer_grpc.Main;

/** The service `slimmer_grpc.Reader`. */
export const ReaderService: ReaderDefinition = contract.slimmer_grpc.Reader.service;

/** A client of `slimmer_grpc.Reader`. */
export const ReaderClient = contract.slimmer_grpc.Reader;

/** The very copy of grpc-js that the service definitions belong to, so that a client needs no second one. */
export { credentials, Metadata, status } from "@grpc/grpc-js";
export type { Duration, DurationOutput } from "./generated/google/protobuf/Duration.ts";
export type { Timestamp, TimestampOutput } from "./generated/google/protobuf/Timestamp.ts";
export type { Activation, ActivationOutput } from "./generated/slimmer_grpc/Activation.ts";
export type { ActivationAck, ActivationAckOutput } from "./generated/slimmer_grpc/ActivationAck.ts";
export type {
  ActivationBatch,
  ActivationBatchOutput,
} from "./generated/slimmer_grpc/ActivationBatch.ts";
export type {
  ActivationBatchResponse,
  ActivationBatchResponseOutput,
} from "./generated/slimmer_grpc/ActivationBatchResponse.ts";
export type {
  ActivationResponse,
  ActivationResponseOutput,
} from "./generated/slimmer_grpc/ActivationResponse.ts";
export type {
  ActivationResult,
  ActivationResultOutput,
} from "./generated/slimmer_grpc/ActivationResult.ts";
export type { ClientInfo, ClientInfoOutput } from "./generated/slimmer_grpc/ClientInfo.ts";
export type { ClientReport, ClientReportOutput } from "./generated/slimmer_grpc/ClientReport.ts";
export type { Completeness, CompletenessOutput } from "./generated/slimmer_grpc/Completeness.ts";
export type {
  _slimmer_grpc_CountActivationsRequest_StepOutput as CountStep,
  CountActivationsRequest,
  CountActivationsRequestOutput,
} from "./generated/slimmer_grpc/CountActivationsRequest.ts";
export type {
  CountActivationsResponse,
  CountActivationsResponseOutput,
} from "./generated/slimmer_grpc/CountActivationsResponse.ts";
export type { CountSeries, CountSeriesOutput } from "./generated/slimmer_grpc/CountSeries.ts";
export type { CoveredSensor, CoveredSensorOutput } from "./generated/slimmer_grpc/CoveredSensor.ts";
export type {
  _slimmer_grpc_ExportActivationsRequest_FormatOutput as ExportFormat,
  ExportActivationsRequest,
  ExportActivationsRequestOutput,
} from "./generated/slimmer_grpc/ExportActivationsRequest.ts";
export type {
  ExportActivationsResponse,
  ExportActivationsResponseOutput,
} from "./generated/slimmer_grpc/ExportActivationsResponse.ts";
export type {
  FieldViolation,
  FieldViolationOutput,
} from "./generated/slimmer_grpc/FieldViolation.ts";
export type { Fleet, FleetOutput } from "./generated/slimmer_grpc/Fleet.ts";
export type { GapBucket, GapBucketOutput } from "./generated/slimmer_grpc/GapBucket.ts";
export type {
  GetActivationRequest,
  GetActivationRequestOutput,
} from "./generated/slimmer_grpc/GetActivationRequest.ts";
export type {
  GetFleetRequest,
  GetFleetRequestOutput,
} from "./generated/slimmer_grpc/GetFleetRequest.ts";
export type { GetRunRequest, GetRunRequestOutput } from "./generated/slimmer_grpc/GetRunRequest.ts";
export type {
  GetSensorRequest,
  GetSensorRequestOutput,
} from "./generated/slimmer_grpc/GetSensorRequest.ts";
export type {
  GetStorageRequest,
  GetStorageRequestOutput,
} from "./generated/slimmer_grpc/GetStorageRequest.ts";
export type {
  GetSystemRequest,
  GetSystemRequestOutput,
} from "./generated/slimmer_grpc/GetSystemRequest.ts";
export type { ItemError, ItemErrorOutput } from "./generated/slimmer_grpc/ItemError.ts";
export type { ItemException, ItemExceptionOutput } from "./generated/slimmer_grpc/ItemException.ts";
export type { Limits, LimitsOutput } from "./generated/slimmer_grpc/Limits.ts";
export type {
  ListActivationsRequest,
  ListActivationsRequestOutput,
} from "./generated/slimmer_grpc/ListActivationsRequest.ts";
export type {
  ListActivationsResponse,
  ListActivationsResponseOutput,
} from "./generated/slimmer_grpc/ListActivationsResponse.ts";
export type {
  ListRunsRequest,
  ListRunsRequestOutput,
} from "./generated/slimmer_grpc/ListRunsRequest.ts";
export type {
  ListRunsResponse,
  ListRunsResponseOutput,
} from "./generated/slimmer_grpc/ListRunsResponse.ts";
export type {
  _slimmer_grpc_ListSensorsRequest_OrderOutput as SensorOrder,
  ListSensorsRequest,
  ListSensorsRequestOutput,
} from "./generated/slimmer_grpc/ListSensorsRequest.ts";
export type {
  ListSensorsResponse,
  ListSensorsResponseOutput,
} from "./generated/slimmer_grpc/ListSensorsResponse.ts";
export type {
  _slimmer_grpc_ListSystemsRequest_OrderOutput as SystemOrder,
  ListSystemsRequest,
  ListSystemsRequestOutput,
} from "./generated/slimmer_grpc/ListSystemsRequest.ts";
export type {
  ListSystemsResponse,
  ListSystemsResponseOutput,
} from "./generated/slimmer_grpc/ListSystemsResponse.ts";
export type { MainClient as MainClientInstance } from "./generated/slimmer_grpc/Main.ts";
export type { Ping, PingOutput } from "./generated/slimmer_grpc/Ping.ts";
export type { Pong, PongOutput } from "./generated/slimmer_grpc/Pong.ts";
export type { Process, ProcessOutput } from "./generated/slimmer_grpc/Process.ts";
export type { ReaderClient as ReaderClientInstance } from "./generated/slimmer_grpc/Reader.ts";
export type { Rhythm, RhythmOutput } from "./generated/slimmer_grpc/Rhythm.ts";
export type {
  _slimmer_grpc_Run_StateOutput as RunState,
  Run,
  RunOutput,
} from "./generated/slimmer_grpc/Run.ts";
export type { RunCoverage, RunCoverageOutput } from "./generated/slimmer_grpc/RunCoverage.ts";
export type { RunHit, RunHitOutput } from "./generated/slimmer_grpc/RunHit.ts";
export type { SearchRequest, SearchRequestOutput } from "./generated/slimmer_grpc/SearchRequest.ts";
export type {
  SearchResponse,
  SearchResponseOutput,
} from "./generated/slimmer_grpc/SearchResponse.ts";
export type {
  _slimmer_grpc_Sensor_AttentionOutput as Attention,
  Sensor,
  SensorOutput,
} from "./generated/slimmer_grpc/Sensor.ts";
export type { SensorHit, SensorHitOutput } from "./generated/slimmer_grpc/SensorHit.ts";
export type { SeqRange, SeqRangeOutput } from "./generated/slimmer_grpc/SeqRange.ts";
export type { Storage, StorageOutput } from "./generated/slimmer_grpc/Storage.ts";
export type { StorageDay, StorageDayOutput } from "./generated/slimmer_grpc/StorageDay.ts";
export type {
  StoredActivation,
  StoredActivationOutput,
} from "./generated/slimmer_grpc/StoredActivation.ts";
export type {
  _slimmer_grpc_System_StateOutput as SystemState,
  System,
  SystemOutput,
} from "./generated/slimmer_grpc/System.ts";
export type { SystemEntity, SystemEntityOutput } from "./generated/slimmer_grpc/SystemEntity.ts";
export type { SystemHit, SystemHitOutput } from "./generated/slimmer_grpc/SystemHit.ts";
export type { SystemRun, SystemRunOutput } from "./generated/slimmer_grpc/SystemRun.ts";
export type { SystemRunEnd, SystemRunEndOutput } from "./generated/slimmer_grpc/SystemRunEnd.ts";
export type {
  SystemRunEndResponse,
  SystemRunEndResponseOutput,
} from "./generated/slimmer_grpc/SystemRunEndResponse.ts";
export type {
  SystemRunResponse,
  SystemRunResponseOutput,
} from "./generated/slimmer_grpc/SystemRunResponse.ts";
export type {
  WatchActivationsRequest,
  WatchActivationsRequestOutput,
} from "./generated/slimmer_grpc/WatchActivationsRequest.ts";
export type {
  WatchActivationsResponse,
  WatchActivationsResponseOutput,
} from "./generated/slimmer_grpc/WatchActivationsResponse.ts";
export { type HttpRoute, httpRoutes, openApiPath } from "./http-routes.ts";
export { toJson } from "./json.ts";
export { fromJson, fromQuery, type ParsedRequest } from "./json-request.ts";
export { timestampText } from "./json-time.ts";
export type { MessageIn, MessageName, MessageOut } from "./messages.ts";
export { descriptorSetPath, packageDefinition, protoRoot } from "./package.ts";
export {
  type BadField,
  decodeStatusDetails,
  encodeStatusDetails,
  STATUS_DETAILS_KEY,
  type StatusDetails,
  statusDetailsToJson,
} from "./status-details.ts";
