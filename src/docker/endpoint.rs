//! The endpoints of Docker's API that dockwalk serves. The router is made from this list, and tests go through it.

/// Makes the enum, and the table of it.
macro_rules! endpoints {
    ($($name:ident $method:ident $path:literal)*) => {
        /// An endpoint: a method and a path without the version before it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Endpoint {$(
            #[doc = concat!("`", stringify!($method), " ", $path, "`")]
            $name,
        )*}

        impl Endpoint {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// `GET`, `POST`, `DELETE`
            pub fn method(self) -> &'static str {
                match self {$(Self::$name => stringify!($method),)*}
            }

            /// `/containers/{id}/json`. An image's name may have slashes in it.
            pub fn path(self) -> &'static str {
                match self {$(Self::$name => $path,)*}
            }
        }
    };
}

endpoints! {
    Ping GET "/_ping"
    Version GET "/version"
    Info GET "/info"
    Events GET "/events"
    DiskUsage GET "/system/df"
    BuildPrune POST "/build/prune"
    Auth POST "/auth"
    ImageList GET "/images/json"
    ImageCreate POST "/images/create"
    ImagePrune POST "/images/prune"
    ImageLoad POST "/images/load"
    ImageSaveAll GET "/images/get"
    ImageInspect GET "/images/{name}/json"
    ImageHistory GET "/images/{name}/history"
    ImageSave GET "/images/{name}/get"
    ImageTag POST "/images/{name}/tag"
    ImagePush POST "/images/{name}/push"
    ImageRemove DELETE "/images/{name}"
    ImageCommit POST "/commit"
    ContainerList GET "/containers/json"
    ContainerCreate POST "/containers/create"
    ContainerPrune POST "/containers/prune"
    ContainerRemove DELETE "/containers/{id}"
    ContainerInspect GET "/containers/{id}/json"
    ContainerChanges GET "/containers/{id}/changes"
    ContainerStart POST "/containers/{id}/start"
    ContainerStop POST "/containers/{id}/stop"
    ContainerRestart POST "/containers/{id}/restart"
    ContainerKill POST "/containers/{id}/kill"
    ContainerPause POST "/containers/{id}/pause"
    ContainerUnpause POST "/containers/{id}/unpause"
    ContainerRename POST "/containers/{id}/rename"
    ContainerUpdate POST "/containers/{id}/update"
    ContainerExport GET "/containers/{id}/export"
    ContainerArchiveStat HEAD "/containers/{id}/archive"
    ContainerArchiveGet GET "/containers/{id}/archive"
    ContainerArchivePut PUT "/containers/{id}/archive"
    ContainerStats GET "/containers/{id}/stats"
    ContainerTop GET "/containers/{id}/top"
    ContainerWait POST "/containers/{id}/wait"
    ContainerResize POST "/containers/{id}/resize"
    ContainerAttach POST "/containers/{id}/attach"
    ContainerLogs GET "/containers/{id}/logs"
    ExecCreate POST "/containers/{id}/exec"
    ExecStart POST "/exec/{id}/start"
    ExecInspect GET "/exec/{id}/json"
    ExecResize POST "/exec/{id}/resize"
    VolumeList GET "/volumes"
    VolumeCreate POST "/volumes/create"
    VolumePrune POST "/volumes/prune"
    VolumeInspect GET "/volumes/{name}"
    VolumeRemove DELETE "/volumes/{name}"
    NetworkList GET "/networks"
    NetworkPrune POST "/networks/prune"
    NetworkCreate POST "/networks/create"
    NetworkInspect GET "/networks/{name}"
    NetworkRemove DELETE "/networks/{name}"
    NetworkConnect POST "/networks/{name}/connect"
    NetworkDisconnect POST "/networks/{name}/disconnect"
}

/// Before and behind the name of an image, which may have slashes in it: no pattern of a router fits that.
const OF_IMAGES: &str = "/images/{name}";

impl Endpoint {
    /// What it is below `/images/{name}`; none when it is elsewhere.
    pub fn of_one_image(self) -> Option<&'static str> {
        self.path().strip_prefix(OF_IMAGES)
    }

    /// The endpoint and the name in what comes behind `/images/`: `lab/shell:1/json`.
    pub fn split_image<'a>(method: &str, rest: &'a str) -> Option<(Self, &'a str)> {
        let fits = |endpoint: &&Self| endpoint.method() == method && endpoint.of_one_image().is_some();
        let mut all = Self::ALL.iter().filter(fits);
        all.find_map(|endpoint| Some((*endpoint, rest.strip_suffix(endpoint.of_one_image()?)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_slashes_is_told_from_what_is_done_with_it() {
        assert_eq!(Endpoint::split_image("GET", "a/b:1/json"), Some((Endpoint::ImageInspect, "a/b:1")));
        assert_eq!(Endpoint::split_image("DELETE", "a/json"), Some((Endpoint::ImageRemove, "a/json")));
        assert_eq!(Endpoint::split_image("POST", "a/b"), None);
    }

    #[test]
    fn no_endpoint_is_there_twice() {
        let mut all: Vec<_> = Endpoint::ALL.iter().map(|e| (e.method(), e.path())).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), Endpoint::ALL.len());
    }
}
