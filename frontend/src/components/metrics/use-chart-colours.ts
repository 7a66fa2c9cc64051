import { useEffect, useState } from "react";
import { onThemeChange } from "../../lib/theme";

const NAMES = ["accent", "ink", "ink-faint", "line", "surface"] as const;

type Colours = Record<(typeof NAMES)[number], string>;

// The tokens are light-dark() pairs, which only a used property resolves to the colour that applies now.
function read(): Colours {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const colours = {} as Colours;
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colours;
}

/** The tokens as plain colours for a canvas; they follow the theme. */
export function useChartColours(): Colours {
  const [colours, setColours] = useState(read);
  useEffect(() => onThemeChange(() => setColours(read())), []);
  return colours;
}
