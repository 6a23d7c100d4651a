// Original file: slimmer_grpc/reader.proto

import type { Timestamp as _google_protobuf_Timestamp, TimestampOutput as _google_protobuf_TimestampOutput } from '../google/protobuf/Timestamp.ts';

// Original file: slimmer_grpc/reader.proto

export const _slimmer_grpc_ExportActivationsRequest_Format = {
  /**
   * RFC 4180 with a header, UTF-8. An apostrophe stands before what a spreadsheet would take for a formula, at the beginning
   * of a cell and after ; tab CR LF in it.
   */
  CSV: 'CSV',
  /**
   * One JSON object a line.
   */
  NDJSON: 'NDJSON',
} as const;

export type _slimmer_grpc_ExportActivationsRequest_Format =
  /**
   * RFC 4180 with a header, UTF-8. An apostrophe stands before what a spreadsheet would take for a formula, at the beginning
   * of a cell and after ; tab CR LF in it.
   */
  | 'CSV'
  | 0
  /**
   * One JSON object a line.
   */
  | 'NDJSON'
  | 1

export type _slimmer_grpc_ExportActivationsRequest_FormatOutput = typeof _slimmer_grpc_ExportActivationsRequest_Format[keyof typeof _slimmer_grpc_ExportActivationsRequest_Format]

export interface ExportActivationsRequest {
  'format'?: (_slimmer_grpc_ExportActivationsRequest_Format);
  /**
   * As in ListActivationsRequest.
   */
  'system_id'?: (string);
  'run_id'?: (string);
  'category'?: (string);
  'name'?: (string);
  'identity'?: (string);
  'since'?: (_google_protobuf_Timestamp | null);
  'until'?: (_google_protobuf_Timestamp | null);
  'unregistered'?: (boolean);
  'clock_suspect'?: (boolean);
  'late'?: (boolean);
}

export interface ExportActivationsRequestOutput {
  'format': (_slimmer_grpc_ExportActivationsRequest_FormatOutput);
  /**
   * As in ListActivationsRequest.
   */
  'system_id': (string);
  'run_id': (string);
  'category': (string);
  'name': (string);
  'identity': (string);
  'since': (_google_protobuf_TimestampOutput | null);
  'until': (_google_protobuf_TimestampOutput | null);
  'unregistered': (boolean);
  'clock_suspect': (boolean);
  'late': (boolean);
}
