import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { capped, contributions, readiness, scores } from "../dev/fixtures";
import { Contributions } from "../src/components/score/Contributions";
import { arc, GAUGE, pointAt } from "../src/components/score/gauge";
import { byDay, changeSince } from "../src/components/score/history";
import { ScoreCard } from "../src/components/score/ScoreCard";
import { ScoreHistory } from "../src/components/score/ScoreHistory";
import { confidenceLabel, TIERS } from "../src/lib/words";

describe("the gauge", () => {
  const { centre, radius } = GAUGE;

  it("runs from the left end over the top to the right end", () => {
    expect(pointAt(0)).toEqual({ x: centre.x - radius, y: centre.y });
    expect(pointAt(50)).toEqual({ x: centre.x, y: centre.y - radius });
    expect(pointAt(100)).toEqual({ x: centre.x + radius, y: centre.y });
  });

  it("keeps every score on the circle, further right the higher it is", () => {
    for (let score = 1; score <= 100; score++) {
      const { x, y } = pointAt(score);
      expect(Math.hypot(x - centre.x, y - centre.y)).toBeCloseTo(radius, 1);
      expect(x).toBeGreaterThan(pointAt(score - 1).x);
    }
  });

  it("stays at the nearer end outside of 0–100", () => {
    expect(pointAt(-5)).toEqual(pointAt(0));
    expect(pointAt(140)).toEqual(pointAt(100));
  });

  it("draws arcs between two scores", () => {
    expect(arc(0, 50)).toBe(`M 16 120 A ${radius} ${radius} 0 0 1 120 16`);
  });
});

describe("the tiers", () => {
  it("cover every score from 0 to 100 once", () => {
    for (let score = 0; score <= 100; score++) {
      expect(TIERS.filter(({ from, to }) => from <= score && score <= to)).toHaveLength(1);
    }
  });
});

describe("the trend", () => {
  it("compares with the score of a week before", () => {
    const at = (as_of: string, score: number) => ({
      as_of,
      score,
      tier: "improving" as const,
      created_at: `${as_of}T23:00:00Z`,
    });
    const history = [at("2026-11-21", 60), at("2026-11-14", 55), at("2026-11-13", 40)];
    expect(changeSince(history, 60, "2026-11-21", 7)).toBe(5);
    // The 14th is missing: the day before stands in.
    expect(changeSince(history.toSpliced(1, 1), 60, "2026-11-21", 7)).toBe(20);
    // Nothing near: no trend rather than a misleading one.
    expect(changeSince([at("2026-09-01", 10)], 60, "2026-11-21", 7)).toBeNull();
    expect(changeSince([], 60, "2026-11-21", 7)).toBeNull();
  });

  it("takes the later one of two scores of a day, in the order of the days", () => {
    const twice = [
      { as_of: "2026-11-20", score: 1, tier: "not_ready" as const, created_at: "2026-11-21T01:00:00Z" },
      { as_of: "2026-11-20", score: 2, tier: "not_ready" as const, created_at: "2026-11-21T02:00:00Z" },
      { as_of: "2026-11-19", score: 3, tier: "not_ready" as const, created_at: "2026-11-20T01:00:00Z" },
    ];
    expect(byDay(twice).map(({ score }) => score)).toEqual([3, 2]);
  });
});

describe("ScoreCard", () => {
  const card = (props: Partial<Parameters<typeof ScoreCard>[0]>) =>
    render(<ScoreCard {...readiness} asOf={readiness.as_of} change={null} {...props} />);

  it("says score, tier, confidence and what is missing to the next tier in words", () => {
    card({ change: 3 });
    expect(screen.getByText("Your score is 72 of 100: Funding-ready.")).toBeInTheDocument();
    expect(screen.getByText(/Up 3 points since last week/)).toBeInTheDocument();
    expect(screen.getByText("High (84 %)")).toBeInTheDocument();
    expect(screen.getByText("Highly attractive in 14 points")).toBeInTheDocument();
  });

  it("tells a fall, a standstill and an unknown apart", () => {
    card({ change: -1 });
    expect(screen.getByText(/Down 1 point since last week/)).toBeInTheDocument();
    card({ change: 0 });
    expect(screen.getByText("Unchanged since last week")).toBeInTheDocument();
    card({ change: null });
    expect(screen.getByText("No score from a week ago yet")).toBeInTheDocument();
  });

  it("has no next tier at the top", () => {
    card({ score: 93, tier: "highly_attractive" });
    expect(screen.getByText("You are in the top tier")).toBeInTheDocument();
  });

  it("needs no inline style, which the security policy would refuse in static pages", () => {
    expect(card({}).container.querySelector("[style]")).toBeNull();
  });

  it("puts confidence in words at the rulebook's own steps", () => {
    expect([0.49, 0.5, 0.74, 0.75].map(confidenceLabel)).toEqual([
      "Low confidence",
      "Moderate confidence",
      "Moderate confidence",
      "High confidence",
    ]);
  });
});

describe("Contributions", () => {
  it("lists what there is most to gain from first", () => {
    render(<Contributions contributions={contributions} raw={72} />);
    const items = screen.getAllByRole("listitem").map((item) => within(item).getByRole("heading").textContent);
    expect(items.slice(0, 2)).toEqual(["Chargebacks", "Steadiness of revenue"]);
    expect(screen.getByText("72 of 100")).toBeInTheDocument();
  });

  it("shows a cap as points taken away, after the factors", () => {
    render(<Contributions contributions={capped.contributions} raw={capped.raw_score} />);
    const last = screen.getAllByRole("listitem").at(-1);
    expect(last).toHaveTextContent("−34.5");
    expect(last).toHaveTextContent("the score is held at 40");
    expect(screen.getByText("37.5 of 100")).toBeInTheDocument();
  });
});

describe("ScoreHistory", () => {
  it("reads out the picked day", () => {
    render(<ScoreHistory scores={scores.slice(0, 30)} />);
    const slider = screen.getByRole("slider", { name: "Score by day" });
    expect(slider).toHaveAttribute("aria-valuetext", "21 November 2026: 72, Funding-ready");
  });

  it("says in a sentence and in a table what the line shows", async () => {
    render(<ScoreHistory scores={scores.slice(0, 30)} />);
    expect(
      screen.getByText(/^Your score is (\d+ points? (higher|lower) than|the same as) on 23 October 2026/),
    ).toBeVisible();
    expect(screen.queryByRole("row")).toBeNull();
    const details = screen.getByText("View as table").closest("details")!;
    details.open = true;
    fireEvent(details, new Event("toggle"));
    expect(screen.getAllByRole("row")).toHaveLength(31);
    expect(screen.getAllByRole("row")[1]).toHaveTextContent("21 November 202672Funding-ready");
  });

  it("keeps what a finger has picked, and forgets what a mouse has passed", () => {
    render(<ScoreHistory scores={scores.slice(0, 30)} />);
    const slider = screen.getByRole("slider", { name: "Score by day" });
    vi.spyOn(slider, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 100, 100));
    const point = (type: string, pointerType: string, clientX: number) =>
      fireEvent(slider, new PointerEvent(type, { bubbles: true, pointerType, clientX }));
    const read = () => slider.getAttribute("aria-valuetext");
    point("pointermove", "mouse", 0);
    expect(read()).toMatch(/^23 October 2026/);
    point("pointerout", "mouse", 0);
    expect(read()).toMatch(/^21 November 2026/);
    point("pointerdown", "touch", 0);
    point("pointerup", "touch", 0);
    point("pointerout", "touch", 0);
    expect(read()).toMatch(/^23 October 2026/);
  });

  it("waits for a second day before it draws a line", () => {
    render(<ScoreHistory scores={scores.slice(0, 1)} />);
    expect(screen.queryByRole("slider")).toBeNull();
    expect(screen.getByText(/as soon as there are scores of two days/)).toBeInTheDocument();
  });
});
