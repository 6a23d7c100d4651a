import type {
  CountActivationsRequestOutput,
  CountActivationsResponse,
  Fleet,
  GetActivationRequestOutput,
  GetFleetRequestOutput,
  GetRunRequestOutput,
  GetSensorRequestOutput,
  GetStorageRequestOutput,
  GetSystemRequestOutput,
  ListActivationsRequestOutput,
  ListActivationsResponse,
  ListRunsRequestOutput,
  ListRunsResponse,
  ListSensorsRequestOutput,
  ListSensorsResponse,
  ListSystemsRequestOutput,
  ListSystemsResponse,
  Rhythm,
  Run,
  RunCoverage,
  SearchRequestOutput,
  SearchResponse,
  Sensor,
  Storage,
  StoredActivation,
  System,
} from "slimmer-grpc";

/**
 * The single calls of `slimmer_grpc.Reader`, under their names there, so that every edge (gRPC, the web's JSON) can hand a
 * request on by its name. Each takes a request of the contract, checks it, and answers a message of the contract. Each
 * rejects with a SlimmerError: FIELDS_INVALID with every wrong field, NOT_FOUND, or what the store says.
 */
export type Reader = {
  get_fleet(request: GetFleetRequestOutput): Promise<Fleet>;
  list_systems(request: ListSystemsRequestOutput): Promise<ListSystemsResponse>;
  get_system(request: GetSystemRequestOutput): Promise<System>;
  list_runs(request: ListRunsRequestOutput): Promise<ListRunsResponse>;
  get_run(request: GetRunRequestOutput): Promise<Run>;
  get_run_coverage(request: GetRunRequestOutput): Promise<RunCoverage>;
  list_sensors(request: ListSensorsRequestOutput): Promise<ListSensorsResponse>;
  get_sensor(request: GetSensorRequestOutput): Promise<Sensor>;
  get_rhythm(request: GetSensorRequestOutput): Promise<Rhythm>;
  list_activations(request: ListActivationsRequestOutput): Promise<ListActivationsResponse>;
  get_activation(request: GetActivationRequestOutput): Promise<StoredActivation>;
  count_activations(request: CountActivationsRequestOutput): Promise<CountActivationsResponse>;
  search(request: SearchRequestOutput): Promise<SearchResponse>;
  get_storage(request: GetStorageRequestOutput): Promise<Storage>;
};
