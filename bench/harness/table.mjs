// What was measured, as a table: for the terminal and for docs/performance.md.
import { styleText } from "node:util";
import { duration, summarize } from "./statistics.mjs";

/** Header and cells of a trial's table; all of them text. */
export function tableOf(trial, summary) {
  const withRatio = summary.reference !== null;
  const withSpeed = summary.rows.some((row) => row.bytes !== null);
  const header = [
    "driver",
    "median",
    "min … max",
    ...(withRatio ? ["ratio"] : []),
    ...(withSpeed ? ["speed"] : []),
    "peak memory",
  ];
  const rows = summary.rows.map((row) => [
    row.driver,
    duration(row.median_ns),
    `${duration(row.min_ns)} … ${duration(row.max_ns)}`,
    ...(withRatio ? [row.isReference ? "1" : row.ratio.toFixed(2)] : []),
    ...(withSpeed ? [row.bytes === null ? "" : speed(row.bytes, row.median_ns)] : []),
    `${(row.peak_bytes / 1e6).toFixed(0)} MB`,
  ]);
  return { header, rows };
}

/** Prints a trial's table. @returns {boolean} whether all of our own drivers did it; a peer may fail, a target may be missed: findings */
export function showTable(trial, samples) {
  const summary = summarize(trial, samples);
  const { header, rows } = tableOf(trial, summary);
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const format = (cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  console.log(`\n${paint("bold", `${trial.name}: ${trial.title}`)}`);
  console.log(paint("gray", `  ${format(header)}`));
  for (const row of rows) console.log(`  ${format(row)}`);
  for (const { driver, skipped, failed } of summary.broken)
    console.log(
      skipped ? `  ${driver}: skipped, ${skipped}` : paint("red", `  ${driver}: failed, ${failed}`),
    );
  for (const { text, reached, ok } of summary.targets)
    console.log(`  ${ok ? paint("green", "✓") : paint("yellow", "✗")} ${text}: ${reached}`);
  return summary.broken.every(
    ({ driver, failed }) => failed === undefined || !driver.startsWith("persist-archive"),
  );
}

function speed(bytes, ns) {
  const MBps = (bytes / ns) * 1000;
  return MBps < 1000 ? `${MBps.toFixed(0)} MB/s` : `${(MBps / 1000).toFixed(2)} GB/s`;
}

function paint(style, text) {
  return process.stdout.isTTY && !process.env["NO_COLOR"] ? styleText(style, text) : text;
}
