import { useEffect, useState } from "preact/hooks";

/** Colours that a canvas can't take from CSS by itself. */
export type ChartColours = {
  text: string;
  muted: string;
  line: string;
  accent: string;
  second: string;
  background: string;
};

const SOURCES: Record<keyof ChartColours, string> = {
  text: "--fg",
  muted: "--muted",
  line: "--line",
  accent: "--accent",
  second: "--late",
  background: "--bg",
};

/** Today's colours of the page, as a canvas understands them. */
export function chartColours(element: Element): ChartColours {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const colours = {} as ChartColours;
  for (const [name, property] of Object.entries(SOURCES)) {
    // What a property holds may be light-dark() or a mix; what the browser made of it is a colour.
    probe.style.color = `var(${property})`;
    colours[name as keyof ChartColours] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colours;
}

/** A number that changes when the page turns dark or light, to draw anew. */
export function useTheme(): number {
  const [turns, setTurns] = useState(0);
  useEffect(() => {
    const turn = () => setTurns((old) => old + 1);
    const queries = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"].map((query) =>
      matchMedia(query),
    );
    for (const query of queries) query.addEventListener("change", turn);
    const observer = new MutationObserver(turn);
    observer.observe(document.documentElement, {
      attributes: true,
      attributeFilter: ["class", "data-theme"],
    });
    return () => {
      for (const query of queries) query.removeEventListener("change", turn);
      observer.disconnect();
    };
  }, []);
  return turns;
}
