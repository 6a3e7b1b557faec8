// The first step of the npm scripts that need Node 24: says in one line what to do where an older one would run.
// npm puts the Node of the devDependency `node` first on the PATH; it is missing when npm ran no install scripts.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `Node 24 is needed, this is ${process.version}: \`npm rebuild node --ignore-scripts=false\` fetches it.`,
  );
  process.exit(1);
}
