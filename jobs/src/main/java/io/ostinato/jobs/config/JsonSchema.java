package io.ostinato.jobs.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A JSON schema (draft 2020-12) of a record, for editors: it accepts what the binder accepts, but
 * for what only a record's own check can tell.
 */
public final class JsonSchema {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  private final JsonObject definitions = new JsonObject();

  private JsonSchema() {}

  /** The schema, as text. */
  public static String of(Class<?> record, String title) {
    JsonSchema schema = new JsonSchema();
    JsonObject json = new JsonObject();
    json.addProperty("$schema", "https://json-schema.org/draft/2020-12/schema");
    json.addProperty("title", title);
    schema.section(record, "").entrySet().forEach(e -> json.add(e.getKey(), e.getValue()));
    json.add("$defs", schema.definitions);
    return GSON.toJson(json) + "\n";
  }

  private JsonObject typed(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class ? list(arguments[0]) : map(arguments[1]);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord() || plain.isSealed()) {
      return reference(plain);
    }
    return plain == Object.class ? new JsonObject() : scalar(plain);
  }

  private JsonObject list(Type element) {
    JsonObject array = typed("array");
    array.add("items", typed(element));
    boolean isMany = element instanceof ParameterizedType;
    return isMany ? array : anyOf(List.of(array, typed(element)));
  }

  private JsonObject map(Type element) {
    JsonObject map = typed("object");
    map.add("additionalProperties", typed(element));
    return map;
  }

  private static JsonObject scalar(Class<?> type) {
    if (type.isEnum()) {
      JsonObject words = new JsonObject();
      words.add("enum", array(Scalars.words(type).stream().map(JsonPrimitive::new)));
      return words;
    }
    if (type == String.class || type == ByteSize.class || type == RunId.class) {
      JsonObject text = new JsonObject();
      text.add("type", array(Stream.of("string", "number", "boolean").map(JsonPrimitive::new)));
      if (type == RunId.class) {
        text.addProperty("pattern", "^" + RunId.PATTERN + "$");
      }
      return text;
    }
    return typed(
        Scalars.isWhole(type) ? "integer" : Scalars.isDecimal(type) ? "number" : "boolean");
  }

  private JsonObject reference(Class<?> type) {
    String name = type.getSimpleName();
    if (!definitions.has(name)) {
      definitions.add(name, new JsonObject()); // the place, for one that refers to itself
      definitions.add(name, type.isRecord() ? record(type) : kinds(type));
    }
    JsonObject reference = new JsonObject();
    reference.addProperty("$ref", "#/$defs/" + name);
    return reference;
  }

  private JsonObject record(Class<?> type) {
    Shorthand shorthand = type.getAnnotation(Shorthand.class);
    JsonObject section = section(type, "");
    return shorthand == null ? section : anyOf(List.of(section, keyOf(type, shorthand.value())));
  }

  private JsonObject kinds(Class<?> sealed) {
    Kinds kinds = Kinds.of(sealed);
    Map<String, JsonObject> choices = new LinkedHashMap<>();
    JsonObject words = new JsonObject();
    words.add("enum", array(kinds.names().stream().map(JsonPrimitive::new)));
    choices.put("", words);
    kinds.working().forEach((name, type) -> choices.put(name, section(type, name)));
    kinds
        .shorthand()
        .ifPresent(
            kind ->
                choices.put(
                    "shorthand",
                    keyOf(
                        kind.getValue(), kind.getValue().getAnnotation(Shorthand.class).value())));
    Class<?> ofUser = kinds.ofUser();
    if (ofUser != null) {
      choices.put("class", section(ofUser, "."));
      choices.put("class name", className());
    }
    return anyOf(List.copyOf(choices.values()));
  }

  private JsonObject keyOf(Class<?> type, String name) {
    KeyInfo key =
        KeyInfo.all(type).stream().filter(k -> k.name().equals(name)).findFirst().orElseThrow();
    return property(key);
  }

  /** The keys of a record; of a kind with that word, or with the name of a class for a dot. */
  private JsonObject section(Class<?> type, String kind) {
    JsonObject properties = new JsonObject();
    JsonArray needed = new JsonArray();
    if (!kind.isEmpty()) {
      properties.add(Kinds.KIND, kind.equals(".") ? className() : constant(kind));
      needed.add(Kinds.KIND);
    }
    for (KeyInfo key : KeyInfo.all(type)) {
      properties.add(key.name(), key.isNeeded() ? property(key) : orNothing(property(key)));
      if (!key.key().formerly().isEmpty()) {
        JsonObject former = orNothing(property(key));
        former.addProperty("deprecated", true);
        properties.add(key.key().formerly(), former);
      }
      if (key.isNeeded()) {
        needed.add(key.name());
      }
    }
    JsonObject section = typed("object");
    Kind description = type.getAnnotation(Kind.class);
    if (description != null) {
      section.addProperty("description", description.value());
    }
    section.add("properties", properties);
    section.add("required", needed);
    // Those that a user's class names are not known here.
    boolean hasOwnKeys =
        Stream.of(type.getRecordComponents()).anyMatch(c -> c.isAnnotationPresent(OwnKeys.class));
    section.addProperty("additionalProperties", hasOwnKeys);
    return section;
  }

  private JsonObject property(KeyInfo key) {
    JsonObject type = typed(key.type());
    bound(type, "minimum", key.key().atLeast());
    bound(type, "exclusiveMinimum", key.key().above());
    bound(type, "maximum", key.key().atMost());
    bound(type, "exclusiveMaximum", key.key().below());
    type.addProperty("description", key.meaning());
    defaultOf(key, type);
    return type;
  }

  private static void bound(JsonObject type, String keyword, double limit) {
    if (Double.isInfinite(limit)) {
      return;
    }
    JsonElement choices = type.get("anyOf");
    if (choices != null) {
      choices.getAsJsonArray().forEach(choice -> bound(choice.getAsJsonObject(), keyword, limit));
    } else if (type.has("items")) {
      bound(type.getAsJsonObject("items"), keyword, limit);
    } else {
      type.add(
          keyword,
          limit == Math.rint(limit) ? new JsonPrimitive((long) limit) : new JsonPrimitive(limit));
    }
  }

  private static void defaultOf(KeyInfo key, JsonObject type) {
    if (!key.key().byDefault().isEmpty()) {
      ConfigNode node = YamlReader.line("default", key.key().byDefault(), new Mistakes());
      type.add("default", GSON.toJsonTree(node.plain()));
    }
  }

  /** A key without a value is as if it weren't there. */
  private static JsonObject orNothing(JsonObject type) {
    JsonElement words = type.get("type");
    if (words instanceof JsonPrimitive word) {
      type.add("type", array(Stream.of(word, new JsonPrimitive("null"))));
      return type;
    }
    JsonObject either = anyOf(List.of(type, typed("null")));
    move("description", type, either);
    move("default", type, either);
    return either;
  }

  private static void move(String keyword, JsonObject from, JsonObject to) {
    JsonElement value = from.remove(keyword);
    if (value != null) {
      to.add(keyword, value);
    }
  }

  private static JsonObject className() {
    JsonObject text = typed("string");
    text.addProperty("pattern", "\\.");
    return text;
  }

  private static JsonObject constant(String word) {
    JsonObject constant = new JsonObject();
    constant.addProperty("const", word);
    return constant;
  }

  private static JsonObject typed(String type) {
    JsonObject json = new JsonObject();
    json.addProperty("type", type);
    return json;
  }

  private static JsonObject anyOf(List<JsonObject> choices) {
    JsonObject any = new JsonObject();
    any.add("anyOf", array(choices.stream()));
    return any;
  }

  private static JsonArray array(Stream<? extends JsonElement> elements) {
    JsonArray array = new JsonArray();
    elements.forEach(array::add);
    return array;
  }
}
