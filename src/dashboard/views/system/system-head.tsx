import { serverNow, tick } from "../../api/clock.ts";
import { api } from "../../api/paths.ts";
import type { System } from "../../api/types.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ageWords, durationWords } from "../../ui/duration-words.ts";
import { countWords, plural, shortCount } from "../../ui/number-words.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Time } from "../../ui/time.tsx";
import { absoluteWords, momentWords } from "../../ui/time-words.ts";
import { Tooltip } from "../../ui/tooltip.tsx";

/** How the system is, in one line. */
export function SystemHead({ system }: { system: System }) {
  tick.value;
  const run = system.current_run;
  return (
    <>
      <div class="system-head">
        <h1>
          <StateMark state={system.state} word={false} /> {system.system_id}
        </h1>
        <p class={`sentence ${system.state.toLowerCase()}`}>
          <Tooltip
            text={system.state_since ? `since ${absoluteWords(system.state_since)}` : ""}
            focusable={system.state_since !== undefined}
          >
            {stateSentence(system, serverNow())}
          </Tooltip>
        </p>
        <span class="gap" />
        <a
          class="quiet-button"
          href={api.csv({ system_id: system.system_id })}
          download={`${system.system_id}.csv`}
          data-tip="every activation of this system"
        >
          CSV
        </a>
        <CopyButton class="quiet-button" text={() => location.href} label="copy link" />
      </div>
      {run && Object.keys(run.labels).length > 0 && (
        <p class="labels">
          {Object.entries(run.labels).map(([key, value]) => (
            <a
              class="label"
              key={key}
              href={`/?label=${encodeURIComponent(`${key}=${value}`)}`}
              data-tip="all systems with this label"
            >
              {key}={value}
            </a>
          ))}
        </p>
      )}
      <dl class="system-facts">
        <Fact title="last seen">
          <Time focusable at={system.last_seen_at} />
        </Fact>
        <Fact title="last fired">
          <Time focusable at={system.last_fired_at} none="never" />
        </Fact>
        <Fact title="activations">
          <span class="num">{countWords(system.fired_count)}</span>
        </Fact>
        <Fact title="24 h">
          <Sparkline counts={system.hourly_counts} width={120} />
        </Fact>
        <Fact title="sensors">
          <span class="num">
            {run
              ? `${countWords(run.fired_sensor_count)} of ${countWords(run.registered_count)} fired`
              : "—"}
          </span>
        </Fact>
        <Fact title="backlog" tip="activations that wait on the client, as it last said">
          <span class="num">{system.report ? shortCount(system.report.spooled) : "?"}</span>
        </Fact>
        <Fact title="lost" tip="activations that the client says it had to drop">
          <span class={`num ${system.report?.lost ? "down" : ""}`}>
            {system.report ? shortCount(system.report.lost) : "?"}
          </span>
        </Fact>
        {run?.completeness && (
          <Fact title="this run" tip="whether everything that the run sent is stored">
            <span class={`num ${run.completeness.missing > 0 ? "late" : ""}`}>
              {run.completeness.missing > 0
                ? `${countWords(run.completeness.missing)} missing of ${countWords(run.completeness.expected)}`
                : `${plural(run.completeness.received, "activation")}, none missing`}
            </span>
          </Fact>
        )}
        {run?.client?.name && (
          <Fact title="client" tip={run.client.host && `on ${run.client.host}`}>
            {run.client.name} {run.client.version}
          </Fact>
        )}
        <Fact title="first seen">
          <Time focusable at={system.created_at} />
        </Fact>
      </dl>
    </>
  );
}

function Fact({
  title,
  tip,
  children,
}: {
  title: string;
  tip?: string | undefined;
  children: preact.ComponentChildren;
}) {
  return (
    <div data-tip={tip || undefined}>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** "down since 16:16 (silent 14 min, down after 3 min)". */
export function stateSentence(system: System, now: number): string {
  const { state, state_since: since, last_seen_at: seen, silent_after: after } = system;
  const at = since ? ` since ${momentWords(since, now)}` : "";
  const silent = seen ? `silent ${ageWords(Math.max(0, now - seen.getTime()))}` : "never heard of";
  const limit = after ? `, down after ${durationWords(after)}` : "";
  switch (state) {
    case "UP":
      return `up; last sign of life ${seen ? `${ageWords(Math.max(0, now - seen.getTime()))} ago` : "unknown"}`;
    case "LATE":
      return `late${at} (${silent}${limit})`;
    case "DOWN":
      return `down${at} (${silent}${after ? `, allowed ${durationWords(after)}` : ""})`;
    case "STOPPED": {
      const reason = system.current_run?.end_reason;
      return `stopped on purpose${at}${reason ? `: ${reason}` : ""}`;
    }
    case "QUIET":
      return `quiet: its client sends no pings, so silence says nothing (${silent})`;
    default:
      return "";
  }
}
