// Original file: slimmer_grpc/reader.proto

import type { SeqRange as _slimmer_grpc_SeqRange, SeqRangeOutput as _slimmer_grpc_SeqRangeOutput } from '../slimmer_grpc/SeqRange.ts';
import type { ClientReport as _slimmer_grpc_ClientReport, ClientReportOutput as _slimmer_grpc_ClientReportOutput } from '../slimmer_grpc/ClientReport.ts';
import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Whether everything that a run sent is there. The client counts its activations 1, 2, 3 …, so holes show.
 */
export interface Completeness {
  /**
   * Stored activations with a number.
   */
  'received'?: (number | string | Long);
  /**
   * The highest number so far: as many must have been made.
   */
  'expected'?: (number | string | Long);
  /**
   * expected - received: on their way, in the client's spool, or lost.
   */
  'missing'?: (number | string | Long);
  /**
   * Which they are, the lowest first; at most 1,000 ranges.
   */
  'gaps'?: (_slimmer_grpc_SeqRange)[];
  /**
   * There are more ranges than gaps has.
   */
  'gaps_truncated'?: (boolean);
  /**
   * Stored activations without a number (clients of 2018, curl).
   */
  'uncounted'?: (number | string | Long);
  /**
   * What the client last said of this run; unset when it never did.
   */
  'report'?: (_slimmer_grpc_ClientReport | null);
  'reported_at'?: (_google_protobuf_Timestamp | null);
}

/**
 * Whether everything that a run sent is there. The client counts its activations 1, 2, 3 …, so holes show.
 */
export interface CompletenessOutput {
  /**
   * Stored activations with a number.
   */
  'received': (number);
  /**
   * The highest number so far: as many must have been made.
   */
  'expected': (number);
  /**
   * expected - received: on their way, in the client's spool, or lost.
   */
  'missing': (number);
  /**
   * Which they are, the lowest first; at most 1,000 ranges.
   */
  'gaps': (_slimmer_grpc_SeqRangeOutput)[];
  /**
   * There are more ranges than gaps has.
   */
  'gaps_truncated': (boolean);
  /**
   * Stored activations without a number (clients of 2018, curl).
   */
  'uncounted': (number);
  /**
   * What the client last said of this run; unset when it never did.
   */
  'report': (_slimmer_grpc_ClientReportOutput | null);
  'reported_at': (_google_protobuf_TimestampOutput | null);
}
