import { momentOf } from "./micros.ts";

/** Those that need attention first. */
export const STATES_BY_ATTENTION = ["DOWN", "LATE", "UP", "QUIET", "STOPPED"] as const;
export type SystemState = (typeof STATES_BY_ATTENTION)[number];

/**
 * Every system with its state as of $1 (Unix microseconds), where a run that says nothing itself may be silent for $2
 * milliseconds. `limit 1` holds the planner to one look into an index for each system, however many runs there are.
 */
export const JUDGED_SYSTEMS = `
  select
    facts.*,
    case facts.state
      when 'STOPPED' then facts.ended_at
      when 'LATE' then facts.seen_at + facts.silent_after / 3
      when 'DOWN' then facts.seen_at + facts.silent_after
      else coalesce(facts.run_received_at, facts.created_at)
    end as state_since
  from (
    select
      timed.*,
      case
        when timed.run_received_at is null then 'QUIET'
        when timed.ended_at is not null then 'STOPPED'
        when not timed.is_heard and timed.run_silent_after_ms is null then 'QUIET'
        when timed.seen_at + timed.silent_after <= ${momentOf("$1")} then 'DOWN'
        when timed.seen_at + timed.silent_after / 3 < ${momentOf("$1")} then 'LATE'
        else 'UP'
      end as state
    from (
      select
        systems.system_no,
        systems.system_id,
        systems.created_at,
        system_state.current_run_no,
        system_state.last_seen_at,
        system_state.last_fired_at,
        system_state.fired_count,
        system_state.client_sent,
        system_state.client_spooled,
        system_state.client_lost,
        system_state.client_reported_at,
        run.received_at as run_received_at,
        run.ended_at,
        run.labels,
        run.manifest_hash,
        run.silent_after_ms as run_silent_after_ms,
        coalesce(run.silent_after_ms, $2::bigint) as silent_after_ms,
        coalesce(run.silent_after_ms, $2::bigint) * interval '1 millisecond' as silent_after,
        coalesce(system_state.last_seen_at, run.received_at) as seen_at,
        coalesce(system_state.last_pinged_at >= run.received_at, false) as is_heard
      from systems
      left join system_state on system_state.system_no = systems.system_no
      left join lateral (
        select runs.received_at, runs.ended_at, runs.labels, runs.manifest_hash, runs.silent_after_ms
        from runs
        where runs.system_no = systems.system_no and runs.run_no = system_state.current_run_no
        limit 1
      ) as run on true
    ) as timed
  ) as facts`;
