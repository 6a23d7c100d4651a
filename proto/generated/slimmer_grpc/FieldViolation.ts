// Original file: slimmer_grpc/main.proto


export interface FieldViolation {
  /**
   * For example "entity.name".
   */
  'field'?: (string);
  'description'?: (string);
}

export interface FieldViolationOutput {
  /**
   * For example "entity.name".
   */
  'field': (string);
  'description': (string);
}
