import { serverNow, tick } from "../../api/clock.ts";
import type { System } from "../../api/types.ts";
import { to } from "../../router/route.ts";
import { ageWords } from "../../ui/duration-words.ts";
import { countWords, shortCount } from "../../ui/number-words.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { absoluteWords } from "../../ui/time-words.ts";
import { facts, stateFor } from "./system-words.ts";

/** A system that needs a look: one line of facts. */
export function AttentionRow({ system }: { system: System }) {
  tick.value;
  const now = serverNow();
  const { report } = system;
  return (
    <a class="attention-row" href={to.system(system.system_id)} data-nav>
      <span class="name">
        <StateMark state={system.state} word={false} /> {system.system_id}
      </span>
      <span class="says num">
        <span
          class={system.state.toLowerCase()}
          data-tip={system.last_seen_at && `last seen ${absoluteWords(system.last_seen_at)}`}
        >
          {stateFor(system, now)}
        </span>
        <span class="faint">{facts(system, now).map((fact) => ` · ${fact}`)}</span>
      </span>
      <Sparkline counts={system.hourly_counts} />
      <span class="end backlog" data-tip="activations that waited on the client when it last spoke">
        <span class="faint">backlog</span> {report ? shortCount(report.spooled) : "?"}
      </span>
      <span
        class={`end lost ${report && report.lost > 0 ? "bad" : ""}`}
        data-tip="activations that the client says it had to drop"
      >
        <span class="faint">lost</span> {report ? shortCount(report.lost) : "?"}
      </span>
    </a>
  );
}

/** State, name, when it last fired, and its day. */
export function SystemTile({ system }: { system: System }) {
  tick.value;
  const fired = system.last_fired_at;
  const day = system.hourly_counts.reduce((sum, count) => sum + count, 0);
  const tip = [
    `${system.system_id}: ${stateFor(system, serverNow())}`,
    fired ? `last fired ${absoluteWords(fired)}` : "never fired",
    `${countWords(day)} activations in 24 h`,
  ].join("\n");
  return (
    <a class="tile" href={to.system(system.system_id)} data-nav data-tip={tip}>
      <StateMark state={system.state} word={false} />
      <span class="name">{system.system_id}</span>
      <span class="num faint">
        {fired ? ageWords(Math.max(0, serverNow() - fired.getTime())) : "never"}
      </span>
      <Sparkline counts={system.hourly_counts} width={64} height={14} />
    </a>
  );
}
