# One of the services, as an image:
#
#   docker build -f docker/service.Dockerfile --build-arg SERVICE=ingestor -t neartime/ingestor .
#
# SERVICE is ingestor, feature-processor or store-writer. Nothing is taken from the host but sources, and nothing here needs
# BuildKit; with it (as in `docker compose build`) the stages are built side by side, and once for all services.
ARG NODE_IMAGE=node:24-bookworm-slim

# What npm has to know and nothing else, so that it installs again only when a package.json or the lock file has changed.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /all
COPY . .
RUN mkdir /manifests \
 && find . \( -name package.json -o -name package-lock.json -o -name .npmrc \) -exec cp --parents -t /manifests {} +

# The whole workspace with its tools; the bundles are made here, and `docker compose` runs the seeder of the demo in it.
FROM ${NODE_IMAGE} AS workspace
WORKDIR /workspace
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts --cache /tmp/npm && rm -rf /tmp/npm
COPY . .
RUN node tools/build-services.ts
USER node

# The packages that this one service imports. `--omit=dev` is not enough: what the workspace's own packages for tests depend on
# would still come, so the manifests lose their devDependencies first. Our own packages are in the bundle. Types, maps and
# manuals, which nobody reads in a container, are half of the rest.
FROM ${NODE_IMAGE} AS packages
ARG SERVICE
WORKDIR /workspace
COPY --from=manifests /manifests ./
RUN npm pkg delete devDependencies --workspaces \
 && npm ci --ignore-scripts --cache /tmp/npm --include-workspace-root=false --workspace "apps/${SERVICE}" \
 && rm -rf /tmp/npm node_modules/@neartime \
 && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \) ! -iname 'licen[cs]e*' -delete

FROM ${NODE_IMAGE} AS service
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="neartime ${SERVICE}" \
      org.opencontainers.image.description="Near-time features on Kafka: the ${SERVICE}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /workspace/node_modules ./node_modules
COPY docker/health.mjs ./
COPY --from=workspace /workspace/dist/${SERVICE}/main.mjs ./
# By its number, which is what a cluster that demands `runAsNonRoot` can check.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/health.mjs", "live"]
# No shell and no npm in between: a SIGTERM reaches the service. The warning is kafkajs's, once for every late timer.
# Node lets young objects grow to a hundred megabytes before it looks at them, which here makes nothing quicker (docs/adr/0009-speed-of-the-stream.md).
ENTRYPOINT ["node", "--max-semi-space-size=4", "--disable-warning=TimeoutNegativeWarning", "/app/main.mjs"]
