// Original file: slimmer_grpc/main.proto


/**
 * A sensor. All three parts together are its key within its system.
 */
export interface SystemEntity {
  /**
   * 2018. What kind of sensor it is ("door", "motion"). 1 to 64 characters.
   */
  'category'?: (string);
  /**
   * 2018. Where it is, or what people call it. 1 to 128 characters.
   */
  'name'?: (string);
  /**
   * 2018. Its address, serial number, or whatever else tells it from others. 1 to 256 characters.
   */
  'identity'?: (string);
}

/**
 * A sensor. All three parts together are its key within its system.
 */
export interface SystemEntityOutput {
  /**
   * 2018. What kind of sensor it is ("door", "motion"). 1 to 64 characters.
   */
  'category': (string);
  /**
   * 2018. Where it is, or what people call it. 1 to 128 characters.
   */
  'name': (string);
  /**
   * 2018. Its address, serial number, or whatever else tells it from others. 1 to 256 characters.
   */
  'identity': (string);
}
