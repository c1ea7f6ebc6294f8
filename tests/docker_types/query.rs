//! Queries: each parameter has a name that Docker's model has for that endpoint.

use bollard_stubs::query_parameters as model;
use dockwalk::docker::*;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// The query of an endpoint. A new endpoint does not compile until it has its line here.
fn check(endpoint: Endpoint) {
    use Endpoint as E;
    match endpoint {
        E::ContainerList => {
            let model = model::ListContainersOptions { limit: some(), filters: some(), ..Default::default() };
            known::<ContainerListQuery>(&model);
        }
        E::ContainerCreate => {
            let model = model::CreateContainerOptions { name: some(), ..Default::default() };
            known::<ContainerCreateQuery>(&model);
        }
        E::ContainerRemove => known::<ContainerRemoveQuery>(&model::RemoveContainerOptions::default()),
        E::ContainerStop => known::<ContainerStopQuery>(&model::StopContainerOptions { signal: some(), t: some() }),
        E::ContainerRestart => {
            known::<ContainerStopQuery>(&model::RestartContainerOptions { signal: some(), t: some() });
        }
        E::ContainerKill => known::<ContainerKillQuery>(&model::KillContainerOptions::default()),
        E::ContainerRename => known::<ContainerRenameQuery>(&model::RenameContainerOptions::default()),
        E::ContainerArchiveStat => {
            known_but::<ContainerArchiveQuery>(&model::ContainerArchiveInfoOptions::default(), PUT_ALONE);
        }
        E::ContainerArchiveGet => {
            known_but::<ContainerArchiveQuery>(&model::DownloadFromContainerOptions::default(), PUT_ALONE);
        }
        E::ContainerArchivePut => known::<ContainerArchiveQuery>(&model::UploadToContainerOptions {
            no_overwrite_dir_non_dir: some(),
            copy_uidgid: some(),
            ..Default::default()
        }),
        E::ContainerStats => known::<ContainerStatsQuery>(&model::StatsOptions::default()),
        E::ContainerTop => known::<ContainerTopQuery>(&model::TopOptions::default()),
        E::ContainerWait => known::<ContainerWaitQuery>(&model::WaitContainerOptions::default()),
        E::ContainerResize => known::<ResizeQuery>(&model::ResizeContainerTTYOptions::default()),
        E::ExecResize => known::<ResizeQuery>(&model::ResizeExecOptions::default()),
        E::ContainerAttach => {
            let model = model::AttachContainerOptions { detach_keys: some(), ..Default::default() };
            known::<AttachQuery>(&model);
        }
        // `details` is Docker's, and in no version of the document that the model is made from.
        E::ContainerLogs => known_but::<LogsQuery>(&model::LogsOptions::default(), &["details"]),
        E::ContainerInspect => known::<ContainerInspectQuery>(&model::InspectContainerOptions::default()),
        E::Events => {
            let model = model::EventsOptions { since: some(), until: some(), filters: some() };
            known::<EventsQuery>(&model);
        }
        E::ImageList => known::<ImageListQuery>(&model::ListImagesOptions { filters: some(), ..Default::default() }),
        E::ImageCreate => known::<ImageCreateQuery>(&model::CreateImageOptions {
            from_image: some(),
            from_src: some(),
            repo: some(),
            tag: some(),
            message: some(),
            changes: vec![String::new()],
            ..Default::default()
        }),
        E::BuildPrune => known::<FilterQuery>(&model::PruneBuildOptions { filters: some(), ..Default::default() }),
        E::ImagePrune => known::<FilterQuery>(&model::PruneImagesOptions { filters: some() }),
        E::ImageLoad => known::<ImageLoadQuery>(&model::ImportImageOptions { platform: some(), ..Default::default() }),
        E::ImageSave => known::<ImageSaveQuery>(&model::ExportImageOptions { platform: some() }),
        E::ImageSaveAll => {
            known::<ImageSaveAllQuery>(&model::ExportImagesOptions { names: some(), platform: some() });
        }
        E::ImageTag => known::<ImageTagQuery>(&model::TagImageOptions { repo: some(), tag: some() }),
        E::ImagePush => known::<ImagePushQuery>(&model::PushImageOptions { tag: some(), ..Default::default() }),
        E::ImageRemove => known::<ImageRemoveQuery>(&model::RemoveImageOptions::default()),
        E::ImageCommit => known::<CommitQuery>(&model::CommitContainerOptions {
            container: some(),
            repo: some(),
            tag: some(),
            comment: some(),
            author: some(),
            changes: some(),
            ..Default::default()
        }),
        E::VolumeList => known::<FilterQuery>(&model::ListVolumesOptions { filters: some() }),
        E::ContainerPrune => known::<FilterQuery>(&model::PruneContainersOptions { filters: some() }),
        E::NetworkPrune => known::<FilterQuery>(&model::PruneNetworksOptions { filters: some() }),
        E::VolumePrune => known::<FilterQuery>(&model::PruneVolumesOptions { filters: some() }),
        E::NetworkList => known::<FilterQuery>(&model::ListNetworksOptions { filters: some() }),
        E::NetworkInspect => {
            known::<NetworkInspectQuery>(&model::InspectNetworkOptions { verbose: true, scope: some() })
        }
        E::VolumeRemove => known::<VolumeRemoveQuery>(&model::RemoveVolumeOptions::default()),
        // The model has options for these, all of which are beyond what dockwalk shows; they are ignored.
        E::ImageInspect | E::ImageHistory | E::ContainerStart => {}
        // The model has none either.
        E::Ping
        | E::Version
        | E::Info
        | E::Auth
        | E::DiskUsage
        | E::ContainerChanges
        | E::ContainerExport
        | E::ContainerPause
        | E::ContainerUnpause
        | E::ContainerUpdate
        | E::ExecCreate
        | E::ExecStart
        | E::ExecInspect
        | E::NetworkCreate
        | E::NetworkRemove
        | E::NetworkConnect
        | E::NetworkDisconnect
        | E::VolumeCreate
        | E::VolumeInspect => {}
    }
}

/// Parameters of one type that belong to putting files into a container.
const PUT_ALONE: &[&str] = &["noOverwriteDirNonDir", "copyUIDGID"];

/// An option with a value: the model leaves out what has none.
fn some<T: Default>() -> Option<T> {
    Some(T::default())
}

/// Each parameter of ours is one of the model's.
fn known<Ours: Serialize + Default>(model: &impl Serialize) {
    known_but::<Ours>(model, &[]);
}

/// The same but for some that the model lacks.
fn known_but<Ours: Serialize + Default>(model: &impl Serialize, but: &[&str]) {
    let mut unknown = unknown(&Ours::default(), model);
    unknown.retain(|name| !but.contains(&name.as_str()));
    assert!(unknown.is_empty(), "{}: the model does not know {unknown:?}", std::any::type_name::<Ours>());
}

/// Which of ours the model does not have.
fn unknown(ours: &impl Serialize, model: &impl Serialize) -> BTreeSet<String> {
    &names(ours) - &names(model)
}

fn names(query: &impl Serialize) -> BTreeSet<String> {
    let fields: HashMap<String, Value> = serde_json::from_value(serde_json::to_value(query).unwrap()).unwrap();
    fields.into_keys().collect()
}

#[test]
fn every_query_has_dockers_names() {
    Endpoint::ALL.iter().for_each(|endpoint| check(*endpoint));
}

#[test]
fn a_name_that_is_not_dockers_is_seen() {
    let model = model::RemoveContainerOptions::default();
    assert_eq!(
        unknown(&serde_json::json!({"v": true, "volumes": true}), &model),
        BTreeSet::from(["volumes".to_owned()])
    );
    assert_eq!(names(&ContainerRemoveQuery::default()), ["force", "link", "v"].map(str::to_owned).into());
}
