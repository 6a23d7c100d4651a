import { describe, expect, test } from "vitest";
import { checkSensor, parseSensor, sensorText } from "../../src/cli/sensors/parse-sensor.ts";
import { readSensors } from "../../src/cli/sensors/sensor-options.ts";
import { createUsage, UsageProblem } from "../../src/cli/usage.ts";
import { SlimmerError } from "../../src/domain/errors.ts";
import { newFile } from "./places.ts";

const DOOR = { category: "door", name: "front door", identity: "door-1" };
const HALL = { category: "motion", name: "hall, north", identity: "m/1" };

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageProblem);
    return (error as UsageProblem).problems;
  }
  return [];
}

describe("a sensor", () => {
  test("is three parts with slashes between them", () => {
    expect(parseSensor("door/front door/door-1", "--sensor")).toEqual(DOOR);
  });

  test("is a JSON object where a part has a slash in it", () => {
    expect(parseSensor(JSON.stringify(HALL), "--sensor")).toEqual(HALL);
  });

  test.each([DOOR, HALL])("reads as it is written: %j", (sensor) => {
    expect(parseSensor(sensorText(sensor), "--sensor")).toEqual(sensor);
  });

  test.each([
    ["door", "has 1 part; a sensor is category/name/identity"],
    ["a/b/c/d", "has 4 parts"],
    ["a//c", "name is empty"],
    ["a/b/", "identity is empty"],
    [`${"x".repeat(65)}/b/c`, "category has 65 characters; at most 64 are allowed"],
    ["{", "is no JSON"],
    ['{"category":"a","name":"b"}', "identity is missing"],
    ['{"category":"a","name":"b","identity":7}', "identity must be a text, not 7; quote it"],
    ['{"category":"a","name":"b","identity":"c","id":"d"}', "id is no part of a sensor"],
  ])("%s is none", (text, problem) => {
    expect(problemsOf(() => parseSensor(text, "--sensor")).join()).toContain(problem);
  });

  test("that breaks several rules is told all of them", () => {
    expect(problemsOf(() => checkSensor({ name: "" }, "line 3"))).toEqual([
      "line 3: category is missing",
      "line 3: name is empty",
      "line 3: identity is missing",
    ]);
  });
});

async function sensorsOf(name: string, content: string) {
  const usage = createUsage();
  const sensors = await readSensors({ sensors: newFile(name, content) }, usage);
  usage.check();
  return sensors;
}

async function problemOf(name: string, content: string): Promise<string> {
  const error = await sensorsOf(name, content).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SlimmerError);
  return (error as SlimmerError).message
    .replace(/ \S*[/\\](sensors\.\w+)/g, " $1")
    .replace(/^\S*[/\\](sensors\.\w+)/, "$1");
}

describe("a file of sensors", () => {
  test.each([
    [
      "sensors.yaml",
      "- door/front door/door-1\n- category: motion\n  name: hall, north\n  identity: m/1\n",
    ],
    [
      "sensors.yml",
      'sensors:\n  - door/front door/door-1\n  - { category: motion, name: "hall, north", identity: m/1 }\n',
    ],
    ["sensors.json", JSON.stringify([DOOR, HALL])],
    ["sensors.json", JSON.stringify({ sensors: [DOOR, HALL] }, null, 2)],
    ["sensors.csv", 'category,name,identity\ndoor,front door,door-1\nmotion,"hall, north",m/1\n'],
    [
      "sensors.csv",
      'identity,Category,name\r\ndoor-1,door,front door\r\n\r\nm/1,motion,"hall, north"',
    ],
    ["sensors.csv", 'door,front door,door-1\nmotion,"hall, north",m/1'],
  ])("is %s: %j", async (name, content) => {
    expect(await sensorsOf(name, content)).toEqual([DOOR, HALL]);
  });

  test("of YAML is told every wrong sensor, with its line", async () => {
    const yaml =
      "# ours\n- door/front door\n- door/front door/door-1\n- category: motion\n  name: 7\n- door/front door/door-1\n";
    expect((await problemOf("sensors.yaml", yaml)).split("\n")).toEqual([
      "3 things are wrong:",
      expect.stringMatching(/^ {2}sensors.yaml:2: "door\/front door" has 2 parts/),
      "  sensors.yaml:4: name must be a text, not 7; quote it",
      "  sensors.yaml:4: identity is missing",
    ]);
  });

  test("of CSV is told every wrong sensor, with its line", async () => {
    const csv = 'category,name,identity\ndoor,"a\nb",\ndoor,x\nmotion,hall,m-1\n';
    expect((await problemOf("sensors.csv", csv)).split("\n")).toEqual([
      "2 things are wrong:",
      "  sensors.csv:2: identity is empty",
      "  sensors.csv:4: has 2 columns instead of 3; quote a text with a comma in it",
    ]);
  });

  test("that names a sensor twice is told where", async () => {
    const problem = await problemOf("sensors.csv", "a,b,c\nd,e,f\na,b,c\n");
    expect(problem).toBe("sensors.csv:3 is the same sensor as sensors.csv:1");
  });

  test.each([
    ["sensors.yaml", "- a\n b: [", /^(\d+ things are wrong:\n {2})?sensors\.yaml:\d: /],
    ["sensors.yaml", "just text", /sensors\.yaml:1: holds no list of sensors/],
    ["sensors.csv", 'a,"b,c\n', /^sensors\.csv:1: a quote is opened and never closed$/],
    ["sensors.csv", 'a,"b"x,c\n', /^sensors\.csv:1: there is something behind a closing quote$/],
    ["sensors.txt", "a/b/c", /has no known ending; allowed: \.yaml, \.yml, \.json, \.csv$/],
  ])("that is none, %s: %j, is told why", async (name, content, problem) => {
    expect(await problemOf(name, content)).toMatch(problem);
  });
});
