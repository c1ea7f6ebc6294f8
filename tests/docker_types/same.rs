//! Compares a value of ours with what a type of the model makes of it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;

/// The model knows each field and has the same value in it; what the model writes is the same to us.
pub fn same<Ours, Model>(ours: &Ours)
where
    Ours: Serialize + DeserializeOwned + PartialEq + Debug,
    Model: Serialize + DeserializeOwned,
{
    same_but::<Ours, Model>(ours, &[]);
    let theirs: Model = serde_json::from_value(serde_json::to_value(ours).unwrap()).unwrap();
    let back: Ours = serde_json::from_value(serde_json::to_value(theirs).unwrap()).unwrap();
    assert_eq!(back, *ours);
}

/// The same, but for fields that the model has no more.
pub fn same_but<Ours, Model>(ours: &Ours, gone: &[&str])
where
    Ours: Serialize,
    Model: Serialize + DeserializeOwned,
{
    let model = std::any::type_name::<Model>();
    let sent = serde_json::to_value(ours).unwrap();
    assert_eq!(unset(&sent), [""; 0], "{model}: a sample has a value in each field");
    let lost = lost::<Model>(&sent).unwrap_or_else(|error| panic!("{model}: {error}\n{sent:#}"));
    assert_eq!(lost, gone, "{model} knows them no more, or not with that value");
}

/// Paths of fields that do not arrive in the model with their value. `null` is as if it were not there.
pub fn lost<Model: Serialize + DeserializeOwned>(sent: &Value) -> Result<Vec<String>, String> {
    let model: Model = serde_json::from_value(sent.clone()).map_err(|error| error.to_string())?;
    let arrived = serde_json::to_value(&model).unwrap();
    let mut lost = Vec::new();
    compare(sent, &arrived, &mut String::new(), &mut lost);
    Ok(lost)
}

fn compare(sent: &Value, arrived: &Value, path: &mut String, lost: &mut Vec<String>) {
    match (sent, arrived) {
        (Value::Object(all), Value::Object(there)) => {
            for (name, value) in all.iter().filter(|(_, value)| !value.is_null()) {
                below(path, name, |path| compare(value, there.get(name).unwrap_or(&Value::Null), path, lost));
            }
        }
        (Value::Array(all), Value::Array(there)) if all.len() == there.len() => {
            for (at, (value, there)) in all.iter().zip(there).enumerate() {
                below(path, &at.to_string(), |path| compare(value, there, path, lost));
            }
        }
        (sent, arrived) if sent == arrived => {}
        _ => lost.push(path.clone()),
    }
}

/// Paths of fields without a value: what is not there cannot be compared.
pub fn unset(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(value, &mut String::new(), &mut found);
    found
}

fn look(value: &Value, path: &mut String, found: &mut Vec<String>) {
    let is_unset = match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(all) => {
            all.iter()
                .enumerate()
                .for_each(|(at, value)| below(path, &at.to_string(), |path| look(value, path, found)));
            all.is_empty()
        }
        Value::Object(all) => {
            all.iter().for_each(|(name, value)| below(path, name, |path| look(value, path, found)));
            // The members of a set are `{}`.
            all.is_empty() && !path.contains("ExposedPorts.") && !path.contains("Volumes.")
        }
    };
    if is_unset {
        found.push(path.clone());
    }
}

fn below(path: &mut String, name: &str, act: impl FnOnce(&mut String)) {
    let length = path.len();
    if length > 0 {
        path.push('.');
    }
    path.push_str(name);
    act(path);
    path.truncate(length);
}
