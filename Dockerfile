# jieban in one static binary on an empty image: `docker build -t jieban .`, then
# `docker run -p 8080:8080 -v jieban:/data jieban`. The patch release is go.mod's, because the
# image's Go fetches no other.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-buildvcs=false
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
# Folders that the user must own are laid out here: an empty image has no mkdir, and a new volume
# takes the owner of the folder it covers. /tmp holds uploads on their way and SQLite's sorting.
RUN go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /root-owned/jieban ./cmd/jieban \
 && install -D -m 0444 /etc/ssl/certs/ca-certificates.crt /root-owned/etc/ssl/certs/ca-certificates.crt \
 && install -d -m 0700 /user-owned/data /user-owned/tmp

FROM scratch
COPY --from=build /root-owned/ /
COPY --from=build --chown=65532:65532 /user-owned/ /
USER 65532:65532
WORKDIR /data
ENV JIEBAN_DATABASE=/data/jieban.db JIEBAN_KEYS=/data/jieban.keys JIEBAN_ADDR=:8080
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=3 CMD ["/jieban", "health"]
ENTRYPOINT ["/jieban"]
