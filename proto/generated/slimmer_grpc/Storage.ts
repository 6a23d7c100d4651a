// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { StorageDay as _slimmer_grpc_StorageDay, StorageDayOutput as _slimmer_grpc_StorageDayOutput } from '../slimmer_grpc/StorageDay.ts';
import type { Duration as _google_protobuf_Duration, DurationOutput as _google_protobuf_DurationOutput } from '../google/protobuf/Duration.ts';
import type { Process as _slimmer_grpc_Process, ProcessOutput as _slimmer_grpc_ProcessOutput } from '../slimmer_grpc/Process.ts';
import type { Long } from '@grpc/proto-loader';

export interface Storage {
  'server_time'?: (_google_protobuf_Timestamp | null);
  /**
   * Of the whole database, in bytes.
   */
  'database_bytes'?: (number | string | Long);
  /**
   * Of the activations alone, with their indexes.
   */
  'activation_bytes'?: (number | string | Long);
  /**
   * Of the days that are kept, those of strays included.
   */
  'activation_rows'?: (number | string | Long);
  /**
   * Days with a partition, the newest first.
   */
  'days'?: (_slimmer_grpc_StorageDay)[];
  /**
   * Activations with times that no partition covers.
   */
  'stray_rows'?: (number | string | Long);
  /**
   * Everything before this is gone.
   */
  'retention_edge'?: (_google_protobuf_Timestamp | null);
  /**
   * Every time before this has a partition.
   */
  'partitions_until'?: (_google_protobuf_Timestamp | null);
  /**
   * Mean growth of the last 7 whole days, in rows and bytes a day.
   */
  'rows_per_day'?: (number | string | Long);
  'bytes_per_day'?: (number | string | Long);
  /**
   * What the activations will take once the retention is full, at that rate.
   */
  'bytes_at_retention'?: (number | string | Long);
  /**
   * How old the oldest activation is that is stored and not yet in the counts.
   */
  'fold_lag'?: (_google_protobuf_Duration | null);
  /**
   * From the latest 1,000 or so that were stored: how long from the sensor to the server, and from there to the commit.
   */
  'arrival_lag_median'?: (_google_protobuf_Duration | null);
  'arrival_lag_p99'?: (_google_protobuf_Duration | null);
  'commit_lag_median'?: (_google_protobuf_Duration | null);
  'commit_lag_p99'?: (_google_protobuf_Duration | null);
  /**
   * Activations a second of the last minute.
   */
  'rate'?: (number | string);
  /**
   * Programs of slimmer that are connected to the database.
   */
  'processes'?: (_slimmer_grpc_Process)[];
  'schema_version'?: (string);
  'migrated_at'?: (_google_protobuf_Timestamp | null);
  'postgres_version'?: (string);
}

export interface StorageOutput {
  'server_time': (_google_protobuf_TimestampOutput | null);
  /**
   * Of the whole database, in bytes.
   */
  'database_bytes': (number);
  /**
   * Of the activations alone, with their indexes.
   */
  'activation_bytes': (number);
  /**
   * Of the days that are kept, those of strays included.
   */
  'activation_rows': (number);
  /**
   * Days with a partition, the newest first.
   */
  'days': (_slimmer_grpc_StorageDayOutput)[];
  /**
   * Activations with times that no partition covers.
   */
  'stray_rows': (number);
  /**
   * Everything before this is gone.
   */
  'retention_edge': (_google_protobuf_TimestampOutput | null);
  /**
   * Every time before this has a partition.
   */
  'partitions_until': (_google_protobuf_TimestampOutput | null);
  /**
   * Mean growth of the last 7 whole days, in rows and bytes a day.
   */
  'rows_per_day': (number);
  'bytes_per_day': (number);
  /**
   * What the activations will take once the retention is full, at that rate.
   */
  'bytes_at_retention': (number);
  /**
   * How old the oldest activation is that is stored and not yet in the counts.
   */
  'fold_lag': (_google_protobuf_DurationOutput | null);
  /**
   * From the latest 1,000 or so that were stored: how long from the sensor to the server, and from there to the commit.
   */
  'arrival_lag_median': (_google_protobuf_DurationOutput | null);
  'arrival_lag_p99': (_google_protobuf_DurationOutput | null);
  'commit_lag_median': (_google_protobuf_DurationOutput | null);
  'commit_lag_p99': (_google_protobuf_DurationOutput | null);
  /**
   * Activations a second of the last minute.
   */
  'rate': (number);
  /**
   * Programs of slimmer that are connected to the database.
   */
  'processes': (_slimmer_grpc_ProcessOutput)[];
  'schema_version': (string);
  'migrated_at': (_google_protobuf_TimestampOutput | null);
  'postgres_version': (string);
}
