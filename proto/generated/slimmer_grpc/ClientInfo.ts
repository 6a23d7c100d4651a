// Original file: slimmer_grpc/main.proto


export interface ClientInfo {
  /**
   * For example "slimmer-client". At most 128 characters, like its neighbours.
   */
  'name'?: (string);
  'version'?: (string);
  /**
   * The name of the machine that the client runs on.
   */
  'host'?: (string);
}

export interface ClientInfoOutput {
  /**
   * For example "slimmer-client". At most 128 characters, like its neighbours.
   */
  'name': (string);
  'version': (string);
  /**
   * The name of the machine that the client runs on.
   */
  'host': (string);
}
