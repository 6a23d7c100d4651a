export { goBack, navigate, query, route, setQuery, useQuery, useQueryList } from "./location.ts";
export { parentOf, parseRoute, type Route, to, type View } from "./route.ts";
