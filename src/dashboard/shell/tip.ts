/** Draws the words of `data-tip` near what is pointed at or has the focus: one box for the whole page. */
export function startTips(): void {
  const box = document.createElement("div");
  box.className = "tip-box";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);

  const show = (element: Element, text: string) => {
    box.textContent = text;
    box.hidden = false;
    const { left, top, bottom } = element.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const below = bottom + 6 + height < innerHeight;
    box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    box.style.top = `${below ? bottom + 6 : Math.max(8, top - height - 6)}px`;
  };
  const hide = () => {
    box.hidden = true;
  };

  document.addEventListener("mouseover", (event) => {
    const element = (event.target as Element).closest?.("[data-tip]");
    const text = element?.getAttribute("data-tip");
    if (element && text) show(element, text);
    else hide();
  });
  document.addEventListener("focusin", (event) => {
    const target = event.target as Element;
    if (!target.matches(":focus-visible")) return;
    const text = target.getAttribute("data-tip") ?? rowText(target.closest("[data-row]"));
    if (text) show(target, text);
    else hide();
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  addEventListener("scroll", hide, { passive: true, capture: true });
  addEventListener("popstate", hide);
  document.addEventListener("click", hide);
}

/** What a row itself says, or its times in full: whoever moves by keyboard has no pointer to ask each of them. */
function rowText(row: Element | null): string {
  if (!row) return "";
  const own = row.getAttribute("data-tip");
  if (own) return own;
  return [...row.querySelectorAll("[data-tip]:has(time)")]
    .map((element) => {
      const label = element.closest("[data-label]")?.getAttribute("data-label");
      return `${label ? `${label}: ` : ""}${element.getAttribute("data-tip")}`;
    })
    .join("\n");
}
