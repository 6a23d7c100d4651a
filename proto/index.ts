import type { MainDefinition } from "./generated/slimmer_grpc/Main.ts";
import { contract } from "./package.ts";

/** The service `slimmer_grpc.Main`, for `Server.addService` and for generic clients. */
export const MainService: MainDefinition = contract.slimmer_grpc.Main.service;

/** A client of `slimmer_grpc.Main`: `new MainClient("localhost:50051", credentials.createInsecure())`. */
export const MainClient = contract.slimmer_grpc.Main;

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
export type {
  FieldViolation,
  FieldViolationOutput,
} from "./generated/slimmer_grpc/FieldViolation.ts";
export type { ItemError, ItemErrorOutput } from "./generated/slimmer_grpc/ItemError.ts";
export type { ItemException, ItemExceptionOutput } from "./generated/slimmer_grpc/ItemException.ts";
export type { Limits, LimitsOutput } from "./generated/slimmer_grpc/Limits.ts";
export type { MainClient as MainClientInstance } from "./generated/slimmer_grpc/Main.ts";
export type { Ping, PingOutput } from "./generated/slimmer_grpc/Ping.ts";
export type { Pong, PongOutput } from "./generated/slimmer_grpc/Pong.ts";
export type { SystemEntity, SystemEntityOutput } from "./generated/slimmer_grpc/SystemEntity.ts";
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
export { descriptorSetPath, packageDefinition, protoRoot } from "./package.ts";
export {
  type BadField,
  decodeStatusDetails,
  encodeStatusDetails,
  STATUS_DETAILS_KEY,
  type StatusDetails,
} from "./status-details.ts";
