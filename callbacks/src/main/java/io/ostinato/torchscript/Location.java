package io.ostinato.torchscript;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What values refer to: an object of the module's, or one that the forward makes at one place of
 * its code. Of the latter it is known what was put into it, whoever did; that only ever grows.
 */
final class Location {
  /** A position or a name that isn't known: each of them. */
  static final String ANY = "*";

  private final Heap heap;
  private final Kind kind;
  private final String path;
  private final String label;
  private final String type;
  private final boolean input;
  private final Map<String, Set<Location>> parts = new LinkedHashMap<>();
  private final Map<String, Location> children = new HashMap<>();

  private enum Kind {
    /** The module's. */
    KEPT,
    /** Made by the forward, which knows what is in it. */
    MADE,
    /** Given to the forward, or by an operator: what is in it is not the module's at first. */
    GIVEN
  }

  /** All locations of one analysis. */
  static final class Heap {
    private long size;

    /** Grows whenever a location is found to hold something more. */
    long size() {
      return size;
    }

    /**
     * Something of the module's.
     *
     * @param path where the module has it, as in {@code self.body}
     */
    Location kept(String path, String type) {
      return new Location(this, Kind.KEPT, path, path, type, false);
    }

    Location made(String type) {
      return new Location(this, Kind.MADE, "", "", type, false);
    }

    Location given(String type) {
      return new Location(this, Kind.GIVEN, "", "", type, false);
    }

    /** What the user gives. */
    Location input(String type) {
      return new Location(this, Kind.GIVEN, "", "", type, true);
    }
  }

  private Location(Heap heap, Kind kind, String path, String label, String type, boolean input) {
    this.heap = heap;
    this.kind = kind;
    this.path = path;
    this.label = label;
    this.type = type;
    this.input = input;
  }

  /** Whether it is the user's, who may look at it again. */
  boolean isInput() {
    return input;
  }

  /** Whether it is the module's. */
  boolean isKept() {
    return kind == Kind.KEPT;
  }

  /** Where the module has it; empty if it may be one of several. */
  String path() {
    return path;
  }

  /** What of the module's it is, or is part of, for a user. */
  String label() {
    return label.replaceFirst("^self\\.", "");
  }

  /** In the words of the code; empty if it isn't known. */
  String type() {
    return type;
  }

  /** An attribute of what the module has. */
  Location child(String name, String childType) {
    return children.computeIfAbsent(
        name + ":" + childType,
        key ->
            new Location(
                heap,
                Kind.KEPT,
                path.isEmpty() ? "" : path + "." + name,
                label + "." + name,
                childType,
                false));
  }

  /** What is in it at a position or under a name. */
  Set<Location> part(String key) {
    if (kind == Kind.KEPT) {
      String element = CodeType.elementOf(type, key);
      return element.equals(type) ? Set.of(this) : Set.of(element(element));
    }
    Set<Location> found = new LinkedHashSet<>();
    if (key.equals(ANY)) {
      parts.values().forEach(found::addAll);
    } else {
      found.addAll(parts.getOrDefault(key, Set.of()));
      found.addAll(parts.getOrDefault(ANY, Set.of()));
    }
    if (kind == Kind.GIVEN) {
      found.add(this);
    }
    return found;
  }

  /** The same, of which more is known now. */
  Location as(String knownType) {
    return kind != Kind.KEPT || type.equals(knownType)
        ? this
        : children.computeIfAbsent(
            "as:" + knownType, key -> new Location(heap, Kind.KEPT, path, label, knownType, false));
  }

  private Location element(String elementType) {
    return children.computeIfAbsent(
        "[]:" + elementType, key -> new Location(heap, Kind.KEPT, "", label, elementType, false));
  }

  /** Something is put into it; into what is the module's, that is a change and told as such. */
  void put(String key, Collection<Location> added) {
    if (kind != Kind.KEPT && parts.computeIfAbsent(key, k -> new LinkedHashSet<>()).addAll(added)) {
      heap.size++;
    }
  }

  /** What is in it may be at other positions from now on. */
  void shuffle() {
    put(ANY, part(ANY).stream().filter(location -> location != this).toList());
  }

  @Override
  public String toString() {
    return "%s %s %s".formatted(kind, label, type);
  }
}
