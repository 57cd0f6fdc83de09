// Turns assets/ into registration/static/build/: content-hashed, minified, compressed beforehand, listed in manifest.json.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import rtlcss from "rtlcss";
import * as sass from "sass";

const OUT = "registration/static/build";
const TARGET = ["chrome100", "firefox100", "safari15"];
const COMPRESSED = /\.(css|js|svg)$/;

async function sheet(name) {
  const { css } = sass.compile(`assets/scss/${name}.scss`, { style: "compressed" });
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, target: TARGET });
  return code;
}

async function styles() {
  const [app, staff] = await Promise.all(["app", "staff"].map(sheet));
  return { "app.css": app, "app.rtl.css": rtlcss.process(app), "staff.css": staff };
}

async function scripts() {
  const { outputFiles } = await esbuild.build({
    entryPoints: ["assets/js/app.js", "assets/js/staff.js"],
    outdir: OUT,
    bundle: true,
    minify: true,
    format: "esm",
    target: TARGET,
    legalComments: "none",
    write: false,
  });
  return Object.fromEntries(outputFiles.map((file) => [basename(file.path), file.text]));
}

function pictures() {
  return Object.fromEntries(["favicon.svg", "favicon.png"].map((name) => [name, readFileSync(`assets/images/${name}`)]));
}

function write(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const hashed = name.replace(/\.(\w+)$/, `-${hash}.$1`);
  writeFileSync(`${OUT}/${hashed}`, bytes);
  if (COMPRESSED.test(name)) {
    writeFileSync(`${OUT}/${hashed}.gz`, gzipSync(bytes, { level: 9 }));
    const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    writeFileSync(`${OUT}/${hashed}.br`, brotliCompressSync(bytes, best));
  }
  return [name, hashed];
}

const made = { ...(await styles()), ...(await scripts()), ...pictures() };
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const manifest = Object.fromEntries(Object.entries(made).map(([name, content]) => write(name, content)));
writeFileSync(`${OUT}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
