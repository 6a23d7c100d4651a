// Original file: slimmer_grpc/main.proto

import type { ClientReport as _slimmer_grpc_ClientReport, ClientReportOutput as _slimmer_grpc_ClientReportOutput } from '../slimmer_grpc/ClientReport.ts';

export interface Ping {
  /**
   * 2018. Any text up to the message limit; comes back unchanged.
   */
  'message'?: (string);
  /**
   * The system whose sign of life this is; set by clients that know it. 1 to 128 characters; empty for none.
   */
  'system_id'?: (string);
  /**
   * The run of that system; needs system_id. A UUID.
   */
  'run_id'?: (string);
  /**
   * The client's own account of its spool; needs system_id.
   */
  'report'?: (_slimmer_grpc_ClientReport | null);
}

export interface PingOutput {
  /**
   * 2018. Any text up to the message limit; comes back unchanged.
   */
  'message': (string);
  /**
   * The system whose sign of life this is; set by clients that know it. 1 to 128 characters; empty for none.
   */
  'system_id': (string);
  /**
   * The run of that system; needs system_id. A UUID.
   */
  'run_id': (string);
  /**
   * The client's own account of its spool; needs system_id.
   */
  'report': (_slimmer_grpc_ClientReportOutput | null);
}
