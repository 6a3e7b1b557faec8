// The health check of the images, which have no curl: exit code 0 when the service answers 200, else 1 and what it says.
const [, , question = 'live'] = process.argv;
const { HTTP_HOST: host = '0.0.0.0', HTTP_PORT: port = '3000' } = process.env;

try {
  const response = await fetch(`http://${host}:${port}/health/${question}`, { signal: AbortSignal.timeout(4000) });
  if (!response.ok) fail(await response.text());
} catch (error) {
  fail(error.cause?.message ?? error.message);
}

function fail(why) {
  console.error(why);
  process.exitCode = 1;
}
