/** A sensor as its system names it. All three parts together are its key within its system. */
export type Sensor = {
  /** What kind of sensor it is ("door", "motion"). 1 to 64 characters. */
  readonly category: string;
  /** Where it is, or what people call it. 1 to 128 characters. */
  readonly name: string;
  /** Its address, serial number, or whatever else tells it from others. 1 to 256 characters. */
  readonly identity: string;
};
