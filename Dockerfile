# One image for the router, the services and the migration jobs: the command decides what a container is.
# Debian and not Alpine, so that the image runs on the C library that the tests run on.
FROM node:22.23.3-bookworm-slim AS base
WORKDIR /app

# The packages' manifests alone. Whatever else changes in the sources, this stage's result stays the same, and so do
# the layers below that install from it.
FROM base AS manifests
COPY . /source
RUN cd /source \
 && find . -name package.json -exec cp --parents {} /app \; \
 && cp .npmrc package-lock.json /app/

FROM base AS build
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs && node deploy/collect-image-files.mjs /image

FROM base AS production-dependencies
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts

FROM base
ENV NODE_ENV=production
# Dependencies change seldom and come first; everything belongs to root, and the process may write none of it.
COPY --from=production-dependencies /app ./
COPY --from=build /image ./
USER node
CMD ["node", "router/dist/main.js"]
