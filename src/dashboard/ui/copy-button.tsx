import { useEffect, useState } from "preact/hooks";
import { announce } from "../shell/announce.ts";

type Props = { text: string | (() => string); label: string; class?: string };

/** Copies a text, and says that it did. */
export function CopyButton({ text, label, class: name = "button" }: Props) {
  const [done, setDone] = useState<"copied" | "not copied">();
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(undefined), 1_600);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    const outcome = (await copyText(typeof text === "string" ? text : text()))
      ? "copied"
      : "not copied";
    setDone(outcome);
    announce(outcome);
  };
  return (
    <button type="button" class={name} onClick={copy}>
      {done ?? label}
    </button>
  );
}

/** The clipboard API is there only over HTTPS and on localhost; a hidden field works everywhere. */
async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused: the old way may still work.
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
