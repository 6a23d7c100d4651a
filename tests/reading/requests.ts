import type {
  CountActivationsRequestOutput,
  ListRunsRequestOutput,
  ListSensorsRequestOutput,
  ListSystemsRequestOutput,
  SystemOutput,
} from "slimmer-grpc";

/** Requests as they come off the wire, where a field that nobody set has its default. */

export const systemsRequest = (
  fields: Partial<ListSystemsRequestOutput> = {},
): ListSystemsRequestOutput => ({
  page_size: 0,
  page_token: "",
  query: "",
  states: [] as SystemOutput["state"][],
  order: "ATTENTION",
  label: "",
  ...fields,
});

export const runsRequest = (
  fields: Partial<ListRunsRequestOutput> = {},
): ListRunsRequestOutput => ({
  system_id: "",
  page_size: 0,
  page_token: "",
  category: "",
  name: "",
  identity: "",
  ...fields,
});

export const sensorsRequest = (
  fields: Partial<ListSensorsRequestOutput> = {},
): ListSensorsRequestOutput => ({
  system_id: "",
  page_size: 0,
  page_token: "",
  category: "",
  name: "",
  identity: "",
  attention: [],
  order: "ATTENTION",
  ...fields,
});

export const countsRequest = (
  fields: Partial<CountActivationsRequestOutput> = {},
): CountActivationsRequestOutput => ({
  system_id: "",
  entities: [],
  since: null,
  until: null,
  step: "HOUR",
  ...fields,
});
