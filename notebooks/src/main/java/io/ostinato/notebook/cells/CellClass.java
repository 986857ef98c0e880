package io.ostinato.notebook.cells;

import io.ostinato.notebook.agent.CellClasses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.xbean.asm9.ClassReader;
import org.apache.xbean.asm9.ClassVisitor;
import org.apache.xbean.asm9.FieldVisitor;
import org.apache.xbean.asm9.Handle;
import org.apache.xbean.asm9.MethodVisitor;
import org.apache.xbean.asm9.Opcodes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A class of a cell, read from its class file.
 *
 * @param name the internal name
 * @param parents the superclass and the interfaces
 * @param methods the methods by name and descriptor
 */
record CellClass(String name, List<String> parents, Map<String, CellMethod> methods) {
  private static final Logger log = LoggerFactory.getLogger(CellClass.class);

  private static final int API = Opcodes.ASM9;

  /** The class that JShell wraps around a cell's code; its static fields are variables. */
  private static final Pattern WRAPPER = Pattern.compile("REPL/\\$JShell\\$[0-9A-Z]+");

  /**
   * Reads a class.
   *
   * @return empty if it is not of a cell, or of a version of Java that Spark's ASM can't read
   */
  static Optional<CellClass> read(String internalName) {
    return CellClasses.classFile(internalName)
        .or(() -> ScalaCells.classFile(internalName))
        .flatMap(file -> read(internalName, file));
  }

  private static Optional<CellClass> read(String internalName, byte[] classFile) {
    try {
      Reader reader = new Reader();
      new ClassReader(classFile).accept(reader, ClassReader.SKIP_DEBUG);
      reader.dropLazyVariables();
      return Optional.of(new CellClass(internalName, reader.parents, reader.methods));
    } catch (IllegalArgumentException e) {
      log.warn("the variables that {} reads can't be checked: {}", internalName, e.toString());
      return Optional.empty();
    }
  }

  /** Whether a class is the one that JShell wraps around a cell's code. */
  static boolean isWrapper(String internalName) {
    return WRAPPER.matcher(internalName).matches();
  }

  Optional<CellMethod> method(CellMethod.Reference reference) {
    return Optional.ofNullable(methods.get(reference.name() + reference.descriptor()));
  }

  private static final class Reader extends ClassVisitor {
    private final List<String> parents = new ArrayList<>();
    private final Map<String, CellMethod> methods = new LinkedHashMap<>();

    /** The variables of a Scala cell that are not sent to executors, with their types. */
    private final Map<String, String> unsent = new LinkedHashMap<>();

    private boolean isScalaCell;

    Reader() {
      super(API);
    }

    /** Executors compute a lazy variable again. */
    void dropLazyVariables() {
      unsent.forEach(
          (name, type) -> {
            if (methods.containsKey(ScalaCells.initializer(name, type))) {
              methods.values().forEach(method -> method.variables().remove(name));
            }
          });
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        @Nullable String signature,
        @Nullable String superName,
        String @Nullable [] interfaces) {
      isScalaCell = ScalaCells.isWrapper(name);
      if (superName != null) {
        parents.add(superName);
      }
      parents.addAll(interfaces == null ? List.of() : List.of(interfaces));
    }

    @Override
    public @Nullable FieldVisitor visitField(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        @Nullable Object value) {
      if (isScalaCell && (access & Opcodes.ACC_TRANSIENT) != 0 && ScalaCells.isVariable(name)) {
        unsent.put(name, descriptor);
      }
      return null;
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      CellMethod method = new CellMethod();
      methods.put(name + descriptor, method);
      return new CodeReader(method, unsent.keySet());
    }
  }

  private static final class CodeReader extends MethodVisitor {
    private final CellMethod method;
    private final Set<String> unsent;

    CodeReader(CellMethod method, Set<String> unsent) {
      super(API);
      this.method = method;
      this.unsent = unsent;
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      CellMethod.StaticField field = new CellMethod.StaticField(owner, name);
      if (opcode == Opcodes.GETSTATIC) {
        method.read().add(field);
      } else if (opcode == Opcodes.PUTSTATIC) {
        method.assigned().add(field);
      }
      if (opcode == Opcodes.GETSTATIC && WRAPPER.matcher(owner).matches()) {
        method.variables().add(name);
      } else if (opcode == Opcodes.GETFIELD && ScalaCells.isWrapper(owner)) {
        // The fields of a cell are private, so the owner is the class that is read.
        unsent.stream().filter(name::equals).forEach(method.variables()::add);
      } else if (opcode == Opcodes.GETSTATIC || opcode == Opcodes.PUTSTATIC) {
        method.used().add(owner);
      }
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      method.calls().add(new CellMethod.Reference(owner, name, descriptor));
      method.used().add(owner);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      if (opcode == Opcodes.NEW) {
        method.created().add(type);
      }
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      for (Object argument : arguments) {
        if (argument instanceof Handle handle) {
          method
              .calls()
              .add(new CellMethod.Reference(handle.getOwner(), handle.getName(), handle.getDesc()));
          if (handle.getTag() == Opcodes.H_NEWINVOKESPECIAL) {
            method.created().add(handle.getOwner());
          }
        }
      }
    }
  }
}
