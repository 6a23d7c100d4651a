/** A registered system that the load generators speak for. */
export type BenchSystem = {
  readonly systemId: string;
  readonly runId: string;
  readonly systemNo: number;
  readonly runNo: number;
  readonly sensors: number;
};

export function sensorOf(number: number) {
  return { category: "motion", name: `hall ${number}`, identity: `aa:bb:cc:${number}` };
}
