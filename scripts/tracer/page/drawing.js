// Draws the timeline: only what is in view, on a canvas.
import { zoomIdentity } from "d3-zoom";
import { span, milliseconds } from "./words.js";

export const ROW = 24;
const AXIS = 26;

const COLOURS = ["paper", "panel", "ink", "faint", "line", "run", "run-ink", "task", "job",
  "late", "mark", "cursor"];

export class Drawing {
  constructor(canvas, run, view) {
    Object.assign(this, { canvas, run, view });
    this.context = canvas.getContext("2d");
    this.transform = zoomIdentity;
    this.top = 0; // the scroll's
    this.widths = new Map(); // of texts
    this.bars = run.events.map((event, index) => index)
      .filter((index) => view.row[index] != null &&
        ["callback", "step", "job", "sleep"].includes(run.events[index].kind));
    this.marks = run.events.map((event, index) => index)
      .filter((index) => view.row[index] != null && this.isMark(run.events[index]));
    this.callbacks = run.events.map((event, index) => index)
      .filter((index) => run.events[index].kind === "callback");
    this.loopOf = new Map(view.rows.map(({ kind, of }, row) => [kind, of, row])
      .filter(([kind]) => kind === "loop").map(([, lane, row]) => [lane, row]));
    this.passes = run.events.filter((event) => event.kind === "pass");
    this.colours();
  }

  isMark({ kind }) {
    return ["activate", "break", "task-created", "task-done", "task-cancelled"]
      .includes(kind);
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    this.colour = Object.fromEntries(
      COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.hatch = this.pattern(this.colour.late);
  }

  pattern(colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const context = tile.getContext("2d");
    context.strokeStyle = colour;
    context.lineWidth = 1.6;
    context.beginPath();
    for (const at of [-6, 0, 6]) {
      context.moveTo(at - 1, 7);
      context.lineTo(at + 7, -1);
    }
    context.stroke();
    return this.context.createPattern(tile, "repeat");
  }

  // The scale turns a time into 0 to 1. Reckons once where everything is.
  setScale(scale) {
    this.scale = scale;
    const { events } = this.run;
    this.from = Float64Array.from(events, (event) => scale(event.t));
    this.to = Float64Array.from(events, (event, index) =>
      scale(event.end ?? this.view.ends[index] ?? this.view.end));
    this.segments = this.view.segments.map(([row, from, to, kind]) =>
      ({ row, kind, from: scale(from), to: scale(to), length: to - from }));
    this.passAt = Float64Array.from(this.passes, (pass) => scale(pass.t));
  }

  resize(width, height, names) {
    const ratio = window.devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.names = names;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.ratio = ratio;
  }

  get room() {
    return this.width - this.names - 8;
  }

  x(part) {
    return this.transform.applyX(this.names + part * this.room);
  }

  y(row) {
    return AXIS + row * ROW - this.top;
  }

  text(text, x, y, room, colour) {
    const { context } = this;
    if (room < 14) return;
    let shown = text;
    if (this.measure(text) > room) {
      const letters = Math.floor((room / this.measure(text)) * text.length) - 1;
      if (letters < 3) return;
      shown = `${text.slice(0, letters)}…`;
    }
    context.fillStyle = colour;
    context.fillText(shown, x, y);
  }

  measure(text) {
    if (!this.widths.has(text)) {
      if (this.widths.size > 5000) this.widths.clear();
      this.widths.set(text, this.context.measureText(text).width);
    }
    return this.widths.get(text);
  }

  draw(current, time) {
    const { context, colour } = this;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.fillStyle = colour.paper;
    context.fillRect(0, 0, this.width, this.height);
    this.first = Math.max(0, Math.floor(this.top / ROW));
    this.after = Math.min(this.view.rows.length,
      Math.ceil((this.top + this.height - AXIS) / ROW));
    this.drawRows();
    context.save();
    context.beginPath();
    context.rect(this.names, 0, this.width - this.names, this.height);
    context.clip();
    this.drawPasses();
    this.drawSegments();
    this.drawMarks();
    this.drawBars(current);
    this.drawAxis();
    this.drawCursor(time);
    context.restore();
    this.drawNames(current);
  }

  drawRows() {
    const { context, colour } = this;
    context.fillStyle = colour.panel;
    for (let row = this.first; row < this.after; row++) {
      if (row % 2 === 0) context.fillRect(0, this.y(row), this.width, ROW);
    }
  }

  drawPasses() {
    const { context, colour } = this;
    context.strokeStyle = colour.faint;
    context.globalAlpha = 0.55;
    context.setLineDash([2, 4]);
    context.beginPath();
    const seen = this.passAt.filter((at) => this.x(at) >= this.names &&
      this.x(at) <= this.width);
    if (seen.length < this.room / 8) {
      for (const at of seen) {
        const x = Math.round(this.x(at)) + 0.5;
        context.moveTo(x, AXIS);
        context.lineTo(x, this.height);
      }
    }
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  // Calls draw(index, row, x, width) for what is in view and not hidden by what was
  // drawn just before.
  inView(length, place, draw) {
    const seen = new Map();
    for (let i = 0; i < length; i++) {
      const { row, from, to } = place(i);
      if (row < this.first || row >= this.after) continue;
      const left = Math.max(this.x(from), this.names - 20);
      const right = Math.min(this.x(to), this.width + 20);
      if (right < this.names || left > this.width) continue;
      const drawn = seen.get(row);
      if (drawn !== undefined && right < drawn + 0.4) continue;
      const wide = Math.max(right - left, 1.5);
      seen.set(row, left + wide);
      draw(i, row, left, wide);
    }
  }

  drawSegments() {
    const { context, colour } = this;
    for (const kind of ["pending", "waits", "ready", "late"]) {
      const some = this.segments.filter((segment) => segment.kind === kind);
      this.inView(some.length, (i) => some[i], (i, row, x, width) => {
        const y = this.y(row) + ROW / 2;
        if (kind === "late") {
          context.fillStyle = this.hatch;
          context.fillRect(x, y - 7, width, 14);
          context.strokeStyle = colour.late;
          context.lineWidth = 1;
          context.strokeRect(x + 0.5, y - 6.5, Math.max(0, width - 1), 13);
          const text = `${span(some[i].length)} late`;
          if (this.measure(text) + 12 < width) {
            context.fillStyle = colour.paper;
            context.fillRect(x + 4, y - 7, this.measure(text) + 6, 14);
            this.text(text, x + 7, y, width, colour.late);
          }
          return;
        }
        context.strokeStyle = kind === "ready" ? colour.ink : colour.faint;
        context.lineWidth = kind === "ready" ? 2.5 : 1.5;
        context.setLineDash(kind === "ready" ? [2, 3] : []);
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(x + width, y);
        context.stroke();
        context.setLineDash([]);
      });
    }
    context.lineWidth = 1;
  }

  fill(event) {
    if (event.kind === "step") return this.colour.task;
    if (event.kind === "job") return this.colour.job;
    return this.colour.run;
  }

  drawBars(current) {
    const { context, colour, bars } = this;
    const { events, functions } = this.run;
    const place = (i) => ({
      row: this.view.row[bars[i]], from: this.from[bars[i]], to: this.to[bars[i]],
    });
    this.inView(bars.length, place, (i, row, x, width) => {
      const event = events[bars[i]];
      const y = this.y(row) + 4;
      if (event.kind === "sleep") {
        if (event.allowed === 0 && width < 4) return;
        context.fillStyle = colour.paper;
        context.fillRect(x, y, width, ROW - 8);
        context.strokeStyle = colour.faint;
        context.strokeRect(x + 0.5, y + 0.5, Math.max(0.5, width - 1), ROW - 9);
        const slept = event.end == null ? "" : ` ${span(event.end - event.t)}`;
        const left = Math.max(x, this.names);
        this.text(event.allowed === 0 ? "looks" : `sleeps${slept}`, left + 5,
          y + ROW / 2 - 4, x + width - left - 8, colour.ink);
        return;
      }
      context.fillStyle = this.fill(event);
      context.fillRect(x, y, width, ROW - 8);
      const left = Math.max(x, this.names);
      this.text(functions[event.function]?.name ?? "", left + 4, y + ROW / 2 - 4,
        x + width - left - 6, colour["run-ink"]);
    });
    this.drawLoop();
    this.outline(current);
  }

  // In the loop's row: when it runs callbacks.
  drawLoop() {
    const { callbacks, loopOf } = this;
    const place = (i) => ({
      row: loopOf.get(this.run.events[callbacks[i]].lane),
      from: this.from[callbacks[i]], to: this.to[callbacks[i]],
    });
    this.context.fillStyle = this.colour.ink;
    this.inView(callbacks.length, place, (i, row, x, width) =>
      this.context.fillRect(x, this.y(row) + 8, width, ROW - 16));
  }

  outline(current) {
    if (current == null || this.view.row[current] == null) return;
    const { context, colour } = this;
    const x = this.x(this.from[current]);
    const isSpan = "end" in this.run.events[current];
    const wide = isSpan ? Math.max(3, this.x(this.to[current]) - x) : 3;
    context.strokeStyle = colour.cursor;
    context.lineWidth = 2.5;
    context.strokeRect(x - 1, this.y(this.view.row[current]) + 2.5, wide + 2, ROW - 5);
    context.lineWidth = 1;
  }

  drawMarks() {
    const { context, colour, marks } = this;
    const { events } = this.run;
    const place = (i) => ({
      row: this.view.row[marks[i]], from: this.from[marks[i]], to: this.from[marks[i]],
    });
    const last = new Map(); // row: where the mark before stands
    this.inView(marks.length, place, (i, row, x) => {
      const { kind } = events[marks[i]];
      if (x < (last.get(row) ?? -Infinity) + 7) return;
      last.set(row, x);
      const y = this.y(row) + ROW / 2;
      context.fillStyle = colour.ink;
      context.beginPath();
      if (kind === "task-done" || kind === "task-cancelled" || kind === "break") {
        context.rect(x - 3, y - 3, 6, 6);
      } else {
        context.moveTo(x - 5, y - 4);
        context.lineTo(x + 1, y);
        context.lineTo(x - 5, y + 4);
      }
      context.fill();
    });
  }

  drawAxis() {
    const { context, colour } = this;
    context.fillStyle = colour.paper;
    context.fillRect(this.names, 0, this.width, AXIS - 2);
    let free = this.names;
    let before = null;
    const label = (time, x) => {
      const isClose = before != null && milliseconds(time) === milliseconds(before);
      const text = isClose ? `+${span(time - before)}` : milliseconds(time);
      if (x < free || x + this.measure(text) > this.width) return;
      before = time;
      this.text(text, x + 3, 12, 200, colour.faint);
      context.fillStyle = colour.faint;
      context.fillRect(Math.round(x), 6, 1, AXIS - 8);
      free = x + this.measure(text) + 16;
    };
    for (const time of this.ticks()) label(time, this.x(this.scale(time)));
  }

  // As time is, round times; squeezed, the beginnings of passes and of callbacks.
  ticks() {
    if (this.scale.domain().length === 2) {
      const part = (x) => (this.transform.invertX(x) - this.names) / this.room;
      const from = this.scale.invert(Math.max(0, part(this.names)));
      const to = this.scale.invert(Math.min(1, part(this.width)));
      return this.scale.copy().domain([from, to]).ticks(Math.max(2, this.room / 110));
    }
    return [0, ...this.passes.map((pass) => pass.t)];
  }

  drawCursor(time) {
    if (time == null) return;
    const { context, colour } = this;
    const x = Math.round(this.x(this.scale(time))) + 0.5;
    context.strokeStyle = colour.cursor;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, this.height);
    context.stroke();
    context.lineWidth = 1;
  }

  drawNames(current) {
    const { context, colour } = this;
    context.fillStyle = colour.paper;
    context.fillRect(0, 0, this.names, AXIS - 2);
    this.text("ms", this.names - 24, 12, 40, colour.faint);
    for (let row = this.first; row < this.after; row++) {
      const { name, what } = this.view.rows[row];
      const y = this.y(row);
      context.fillStyle = row % 2 === 0 ? colour.panel : colour.paper;
      context.fillRect(0, Math.max(y, AXIS - 2), this.names, ROW);
      if (y + ROW / 2 < AXIS) continue;
      if (current != null && this.view.row[current] === row) {
        context.fillStyle = colour.cursor;
        context.fillRect(0, y + 2, 3, ROW - 4);
      }
      const fits = this.measure(name) + this.measure(what) + 30 < this.names;
      const kind = what === "loop" || !fits ? "" : what;
      const short = this.measure(kind) + 14;
      this.text(name, 8, y + ROW / 2, this.names - 16 - (kind ? short : 0), colour.ink);
      this.text(kind, this.names - short + 6, y + ROW / 2, short, colour.faint);
    }
    context.fillStyle = colour.line;
    context.fillRect(this.names - 1, 0, 1, this.height);
  }

  // The event that is drawn at a place of the canvas, or the nearest of its row.
  find(x, y) {
    const row = Math.floor((y + this.top - AXIS) / ROW);
    let best = null;
    let least = Infinity;
    for (let i = 0; i < this.run.events.length; i++) {
      const inRow = this.view.row[i] === row || y < AXIS;
      if (!inRow || !this.view.words[i]) continue;
      const from = this.x(this.from[i]);
      const isSpan = "end" in this.run.events[i];
      const to = isSpan ? this.x(this.to[i]) : from;
      const away = x < from ? from - x : Math.max(0, x - to);
      if (away <= least) [best, least] = [i, away];
    }
    return best;
  }
}
