import { render } from "preact";
import { startClock } from "./api/clock.ts";
import { route, startRouter } from "./router/location.ts";
import { App } from "./shell/app.tsx";
import { startKeys } from "./shell/keys.ts";
import { startTips } from "./shell/tip.ts";
import { loadView } from "./shell/view-outlet.tsx";

// The first answers and the first view are on their way together. A failure shows in the view itself.
loadView(route.peek().view).catch(() => {});
startClock();
startRouter();
startKeys();
startTips();
render(<App />, document.body);
