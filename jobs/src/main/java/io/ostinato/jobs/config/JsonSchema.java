package io.ostinato.jobs.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.describe.Kinds.OneKind;
import io.ostinato.describe.Shorthand;
import io.ostinato.describe.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Generates a JSON schema (draft 2020-12) of a record, for editors. The schema accepts what the
 * binder accepts, except that it can't express the checks that records do themselves.
 */
public final class JsonSchema {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  private static final List<String> TEXT = List.of("string", "number", "boolean");

  private final JsonObject definitions = new JsonObject();

  private JsonSchema() {}

  /** The schema of a record, as JSON text. */
  public static String of(Class<?> record, String title) {
    JsonSchema schema = new JsonSchema();
    JsonObject json = new JsonObject();
    json.addProperty("$schema", "https://json-schema.org/draft/2020-12/schema");
    json.addProperty("title", title);
    schema
        .section(Description.of(record), "")
        .entrySet()
        .forEach(e -> json.add(e.getKey(), e.getValue()));
    json.add("$defs", schema.definitions);
    return GSON.toJson(json) + "\n";
  }

  private JsonObject typed(ValueType type) {
    if (type instanceof ValueType.ListOf list) {
      return list(list.element());
    }
    if (type instanceof ValueType.MapOf map) {
      JsonObject object = typed("object");
      object.add("additionalProperties", typed(map.element()));
      return object;
    }
    if (type instanceof ValueType.Section section) {
      return reference(section.type(), () -> record(section));
    }
    if (type instanceof ValueType.Choice choice) {
      return reference(choice.kinds().type(), () -> kinds(choice.kinds()));
    }
    return scalar(type);
  }

  private JsonObject list(ValueType element) {
    JsonObject array = typed("array");
    array.add("items", typed(element));
    boolean isMany = element instanceof ValueType.ListOf || element instanceof ValueType.MapOf;
    return isMany ? array : anyOf(List.of(array, typed(element)));
  }

  private static JsonObject scalar(ValueType type) {
    JsonObject json = new JsonObject();
    if (type instanceof ValueType.Word word) {
      json.add("enum", array(word.words().stream().map(JsonPrimitive::new)));
    } else if (type instanceof ValueType.Text text) {
      json.add("type", array(TEXT.stream().map(JsonPrimitive::new)));
      if (!text.how().pattern().isEmpty()) {
        json.addProperty("pattern", text.how().pattern());
      }
    } else if (type instanceof ValueType.Scalar scalar) {
      if (scalar.type() == String.class) {
        json.add("type", array(TEXT.stream().map(JsonPrimitive::new)));
      } else {
        json.addProperty(
            "type", scalar.isWhole() ? "integer" : scalar.isDecimal() ? "number" : "boolean");
      }
    }
    return json;
  }

  private JsonObject reference(Class<?> type, Supplier<JsonObject> definition) {
    String name = type.getSimpleName();
    if (!definitions.has(name)) {
      definitions.add(
          name, new JsonObject()); // reserves the name, for types that refer to themselves
      definitions.add(name, definition.get());
    }
    JsonObject reference = new JsonObject();
    reference.addProperty("$ref", "#/$defs/" + name);
    return reference;
  }

  private JsonObject record(ValueType.Section type) {
    Shorthand shorthand = type.type().getAnnotation(Shorthand.class);
    JsonObject section = section(type.description(), "");
    return shorthand == null
        ? section
        : anyOf(List.of(section, keyOf(type.description(), shorthand.value())));
  }

  private JsonObject kinds(Kinds kinds) {
    List<JsonObject> choices = new ArrayList<>();
    JsonObject words = new JsonObject();
    words.add("enum", array(kinds.names().stream().map(JsonPrimitive::new)));
    choices.add(words);
    kinds.named().forEach(kind -> choices.add(section(kind, kind.name())));
    kinds.shorthand().ifPresent(kind -> choices.add(keyOf(kind.description(), kind.shorthand())));
    kinds
        .ofUser()
        .ifPresent(
            kind -> {
              choices.add(section(kind, "."));
              choices.add(className());
            });
    return anyOf(choices);
  }

  private JsonObject keyOf(Description description, String name) {
    return property(
        description.keys().stream().filter(k -> k.name().equals(name)).findFirst().orElseThrow());
  }

  private JsonObject section(OneKind kind, String name) {
    JsonObject section = section(kind.description(), name);
    section.addProperty("description", kind.kind().value());
    return section;
  }

  /**
   * The schema of a section.
   *
   * @param kind the required value of {@code kind}; a dot for the name of any class; empty if the
   *     section has no kind
   */
  private JsonObject section(Description description, String kind) {
    JsonObject properties = new JsonObject();
    JsonArray required = new JsonArray();
    if (!kind.isEmpty()) {
      properties.add(Kinds.KIND, kind.equals(".") ? className() : constant(kind));
      required.add(Kinds.KIND);
    }
    for (KeyInfo key : description.keys()) {
      properties.add(key.name(), key.isRequired() ? property(key) : orNothing(property(key)));
      if (!key.key().formerly().isEmpty()) {
        JsonObject former = orNothing(property(key));
        former.addProperty("deprecated", true);
        properties.add(key.key().formerly(), former);
      }
      if (key.isRequired()) {
        required.add(key.name());
      }
    }
    JsonObject section = typed("object");
    section.add("properties", properties);
    section.add("required", required);
    // The keys that a user's class declares are not known here.
    section.addProperty("additionalProperties", description.ownKeys().isPresent());
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
    if (key.hasDefault()) {
      ConfigNode node = YamlReader.line("default", key.key().byDefault(), new Mistakes());
      type.add("default", GSON.toJsonTree(node.plain()));
    }
  }

  /** Allows null: a key without a value is treated as absent. */
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
