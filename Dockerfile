# The program alone: no shell, no packages, not root.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN make build VERSION="$VERSION" && mkdir -p /empty/tmp /empty/data/workspaces /empty/data/mirrors /empty/data/cache /empty/data/vault /empty/data/released

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 --chmod=1777 /empty/tmp /tmp
COPY --from=build --chown=65532:65532 /empty/data /var/lib/sallyport
COPY --from=build /src/bin/sallyport /sallyport
USER 65532:65532
ENV SALLYPORT_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["/sallyport", "health"]
ENTRYPOINT ["/sallyport"]
CMD ["serve"]
