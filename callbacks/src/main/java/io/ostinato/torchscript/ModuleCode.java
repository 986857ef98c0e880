package io.ostinato.torchscript;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The classes and functions of a module, by qualified name, such as {@code __torch__.Net}. */
final class ModuleCode {
  private static final String END = ".py";

  private final Map<String, ClassCode> classes = new LinkedHashMap<>();
  private final Map<String, Function> functions = new HashMap<>();
  private final List<String> unreadable = new ArrayList<>();

  /**
   * A function, or a method; the first parameter of a method is its object.
   *
   * @param owner the qualified name of its class; empty for a function
   */
  record Function(
      String owner, String name, List<Parameter> parameters, List<Statement> statements) {
    Function {
      parameters = List.copyOf(parameters);
      statements = List.copyOf(statements);
    }

    /** Whether another method has the same parameters, apart from the object. */
    private boolean isSameAs(@Nullable Function other) {
      return other != null && signature().equals(other.signature());
    }

    private List<String> signature() {
      return parameters.stream().skip(1).map(each -> each.name() + ":" + each.type()).toList();
    }

    /** Whether it is a method that can be called with one or several tensors only. */
    private boolean takesTensors() {
      return parameters.size() > 1
          && (ModuleInput.ofAllTensors(ModuleInput.of(this)).isPresent()
              || parameters.stream()
                  .skip(1)
                  .allMatch(each -> each.preset() != null || CodeType.mayBeTensor(each.type())));
    }
  }

  /** A parameter of a function, with its type as written in the code. */
  record Parameter(String name, String type, @Nullable Expression preset) {}

  /** An attribute of a class; only constants have a value. */
  record Field(String type, @Nullable Expression constant) {}

  /**
   * A class.
   *
   * @param base {@code Module}, {@code NamedTuple}, {@code ModuleInterface}, or empty
   * @param hooks the names of its methods that run before and after a call of the module
   * @param parameters the names of its attributes that are parameters
   * @param buffers the names of its attributes that are buffers
   */
  record ClassCode(
      String name,
      String base,
      Map<String, Field> fields,
      Map<String, Function> methods,
      List<String> hooks,
      List<String> parameters,
      List<String> buffers) {

    /** Whether it is a module, which has a training and an evaluation mode. */
    boolean isModule() {
      return base.equals("Module");
    }

    /** Whether it is an interface, which only declares methods. */
    boolean isInterface() {
      return base.endsWith("Interface");
    }

    /** The methods other than forward that can be called with tensors. */
    List<Function> methodsOfTensors() {
      return methods.values().stream()
          .filter(method -> !method.name().equals("forward") && method.takesTensors())
          .filter(method -> !hooks.contains(method.name()))
          .toList();
    }
  }

  /**
   * Parses all code. Code that can't be parsed is reported by {@link #unreadable()}, or as an
   * {@link Statement.Unreadable} within a function.
   *
   * @param files the code by path, such as {@code __torch__/torch/nn/functional.py}
   */
  static ModuleCode parse(Map<String, String> files) {
    ModuleCode code = new ModuleCode();
    files.forEach(
        (path, text) -> {
          if (path.endsWith(END)) {
            String name = path.substring(0, path.length() - END.length()).replace('/', '.');
            try {
              new CodeParser(code, name).parse(CodeLines.of(text));
            } catch (CodeSyntaxException e) {
              code.unreadable(String.valueOf(e.getMessage()));
            }
          }
        });
    return code;
  }

  /** Records that code outside of functions can't be parsed. */
  void unreadable(String why) {
    unreadable.add(why);
  }

  List<String> unreadable() {
    return List.copyOf(unreadable);
  }

  /** The classes that have all methods of an interface. */
  List<ClassCode> implementationsOf(ClassCode type) {
    return classes.values().stream()
        .filter(each -> !each.isInterface())
        .filter(
            each ->
                type.methods().values().stream()
                    .allMatch(method -> method.isSameAs(each.methods().get(method.name()))))
        .toList();
  }

  void add(ClassCode added) {
    classes.put(added.name(), added);
  }

  void add(String qualifiedName, Function added) {
    functions.put(qualifiedName, added);
  }

  Optional<ClassCode> findClass(String qualifiedName) {
    return Optional.ofNullable(classes.get(qualifiedName));
  }

  Optional<Function> findFunction(String qualifiedName) {
    return Optional.ofNullable(functions.get(qualifiedName));
  }

  /** The fields of each named tuple, by its qualified name. */
  Map<String, List<String>> namedTuples() {
    Map<String, List<String>> tuples = new LinkedHashMap<>();
    for (ClassCode each : classes.values()) {
      if (each.base().equals("NamedTuple")) {
        tuples.put(each.name(), new ArrayList<>(each.fields().keySet()));
      }
    }
    return tuples;
  }
}
