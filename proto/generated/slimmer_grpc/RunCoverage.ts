// Original file: slimmer_grpc/reader.proto

import type { Run as _slimmer_grpc_Run, RunOutput as _slimmer_grpc_RunOutput } from '../slimmer_grpc/Run.ts';
import type { CoveredSensor as _slimmer_grpc_CoveredSensor, CoveredSensorOutput as _slimmer_grpc_CoveredSensorOutput } from '../slimmer_grpc/CoveredSensor.ts';
import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';

export interface RunCoverage {
  'run'?: (_slimmer_grpc_Run | null);
  /**
   * Listed, and fired; those that fired most first.
   */
  'fired'?: (_slimmer_grpc_CoveredSensor)[];
  /**
   * Listed, and silent; by name.
   */
  'never_fired'?: (_slimmer_grpc_SystemEntity)[];
  /**
   * Fired without being listed.
   */
  'unregistered'?: (_slimmer_grpc_CoveredSensor)[];
  /**
   * In the list of the previous run, not in this one.
   */
  'missing'?: (_slimmer_grpc_SystemEntity)[];
  /**
   * In this list, not in that of the previous run.
   */
  'added'?: (_slimmer_grpc_SystemEntity)[];
}

export interface RunCoverageOutput {
  'run': (_slimmer_grpc_RunOutput | null);
  /**
   * Listed, and fired; those that fired most first.
   */
  'fired': (_slimmer_grpc_CoveredSensorOutput)[];
  /**
   * Listed, and silent; by name.
   */
  'never_fired': (_slimmer_grpc_SystemEntityOutput)[];
  /**
   * Fired without being listed.
   */
  'unregistered': (_slimmer_grpc_CoveredSensorOutput)[];
  /**
   * In the list of the previous run, not in this one.
   */
  'missing': (_slimmer_grpc_SystemEntityOutput)[];
  /**
   * In this list, not in that of the previous run.
   */
  'added': (_slimmer_grpc_SystemEntityOutput)[];
}
