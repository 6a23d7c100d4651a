// Original file: slimmer_grpc/main.proto

import type { SystemEntity as _slimmer_grpc_SystemEntity, SystemEntityOutput as _slimmer_grpc_SystemEntityOutput } from '../slimmer_grpc/SystemEntity.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface Activation {
  /**
   * 2018. In a batch, empty means that of the batch.
   */
  'system_id'?: (string);
  /**
   * 2018. A run of that system; an ended or superseded one still takes its late activations. In a batch, empty means
   * that of the batch.
   */
  'run_id'?: (string);
  /**
   * 2018. The sensor that triggered.
   */
  'entity'?: (_slimmer_grpc_SystemEntity | null);
  /**
   * A UUIDv7 that the client makes when the sensor triggers. It makes retries safe, and its first 48 bits are the time.
   * Empty: the server makes one, and can't recognise a retry.
   */
  'activation_id'?: (string);
  /**
   * When the sensor triggered, by the client's clock, to the microsecond. Default: the time in activation_id, or when
   * the server received it.
   */
  'occurred_at'?: (_google_protobuf_Timestamp | null);
  /**
   * 1, 2, 3 … per run, so that holes show; never wraps. At most 2^53 - 1. 0: the client does not count.
   */
  'seq'?: (number | string | Long);
  /**
   * Anything to keep with it. At most 16; keys of 1 to 64 characters, values of at most 256.
   */
  'attributes'?: ({[key: string]: string});
}

export interface ActivationOutput {
  /**
   * 2018. In a batch, empty means that of the batch.
   */
  'system_id': (string);
  /**
   * 2018. A run of that system; an ended or superseded one still takes its late activations. In a batch, empty means
   * that of the batch.
   */
  'run_id': (string);
  /**
   * 2018. The sensor that triggered.
   */
  'entity': (_slimmer_grpc_SystemEntityOutput | null);
  /**
   * A UUIDv7 that the client makes when the sensor triggers. It makes retries safe, and its first 48 bits are the time.
   * Empty: the server makes one, and can't recognise a retry.
   */
  'activation_id': (string);
  /**
   * When the sensor triggered, by the client's clock, to the microsecond. Default: the time in activation_id, or when
   * the server received it.
   */
  'occurred_at': (_google_protobuf_TimestampOutput | null);
  /**
   * 1, 2, 3 … per run, so that holes show; never wraps. At most 2^53 - 1. 0: the client does not count.
   */
  'seq': (number);
  /**
   * Anything to keep with it. At most 16; keys of 1 to 64 characters, values of at most 256.
   */
  'attributes': ({[key: string]: string});
}
