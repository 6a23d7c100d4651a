# syntax=docker/dockerfile:1
# One image for every process of slimmer: `docker run IMAGE serve`, `… keeper`, `… migrate up`.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY proto/package.json proto/
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY proto proto
COPY src src
RUN npm run build && npm prune --omit=dev --omit=optional

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/proto proto
COPY --from=build /app/dist dist
USER 1000:1000
EXPOSE 50051 9464
ENTRYPOINT ["node", "--max-semi-space-size=32", "/app/dist/cli/index.js"]
CMD ["serve"]
