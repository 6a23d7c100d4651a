# One image for every process of slimmer: `docker run IMAGE serve`, `… web`, `… keeper`, `… migrate up`, `… edge render`.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY proto/package.json proto/
COPY src/client/package.json src/client/
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY proto proto
COPY scripts/build-dashboard.mjs scripts/
COPY src src
# What is left of the packages is what Node loads: no types, source maps, tests, and bundles for browsers. Licences stay.
RUN npm run build \
 && npm prune --omit=dev --omit=optional \
 && rm -rf node_modules/.bin node_modules/.package-lock.json node_modules/@types \
      node_modules/lodash/fp node_modules/protobufjs/dist node_modules/yaml/browser \
 && find node_modules -depth -type d \( -name test -o -name tests -o -name __tests__ -o -name benchmarks -o -name examples \
      -o -name .github \) -exec rm -rf {} + \
 && find node_modules dist proto src/client -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' \
      -o -name '*.tsbuildinfo' -o -name 'tsconfig*.json' \) -delete \
 && find proto src/client -type d -empty -delete

# Node and the libraries it is linked with, and nothing else of its image: no npm, no shell, no package manager. Scanners
# find the Debian packages of the libraries in /var/lib/dpkg/status.d.
FROM ${NODE_IMAGE} AS runtime
RUN mkdir -p /runtime/usr/local/bin /runtime/etc /runtime/var/lib/dpkg/status.d \
 && cp /usr/local/bin/node /runtime/usr/local/bin/ \
 && cp /etc/nsswitch.conf /etc/os-release /runtime/etc/ \
 && for library in $(ldd /usr/local/bin/node | grep -o '/[^ ]*'); do \
      cp --parents --dereference "$library" /runtime/; \
      package=$(dpkg-query --search "*/$(basename "$library")" | head -n 1 | cut -d: -f1); \
      dpkg-query --status "$package" > "/runtime/var/lib/dpkg/status.d/$package"; \
    done \
 && echo 'root:x:0:0:root:/root:/sbin/nologin' > /runtime/etc/passwd \
 && echo 'slimmer:x:1000:1000:slimmer:/tmp:/sbin/nologin' >> /runtime/etc/passwd \
 && printf 'root:x:0:\nslimmer:x:1000:\n' > /runtime/etc/group \
 && install -d -m 1777 /runtime/tmp
# A named volume takes over the owner of the folder that it is mounted on.
RUN install -d -o 1000 -g 1000 /runtime/etc/slimmer /runtime/etc/slimmer/tls /runtime/etc/slimmer/edge

FROM scratch
COPY --from=runtime /runtime /
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/proto proto
COPY --from=build /app/src/client src/client
COPY --from=build /app/dist dist
COPY envoy envoy
ENV PATH=/usr/local/bin NODE_ENV=production GLIBC_TUNABLES=glibc.malloc.tcache_count=1000
USER 1000:1000
# The proof that nothing is missing: this loads every package.
RUN ["/usr/local/bin/node", "/app/dist/cli/index.js", "--version"]
RUN ["/usr/local/bin/node", "--input-type=module", "-e", "await Promise.all(['/app/dist/processes/serve.js', '/app/dist/processes/web.js', '/app/dist/processes/keeper.js', '/app/dist/processes/migrate.js', '/app/dist/processes/edge.js', 'slimmer-client', '@grpc/grpc-js-xds'].map((name) => import(name))); (await import('node:fs')).accessSync('/app/dist/dashboard/index.html')"]
EXPOSE 50051 8080 9464
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=32", "--no-allocation-site-pretenuring", "/app/dist/cli/index.js"]
CMD ["serve"]
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="slimmer" \
      org.opencontainers.image.description="Records what sensors do, and notices when they stop." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
