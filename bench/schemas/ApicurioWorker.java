// SPDX-License-Identifier: Apache-2.0
// Apicurio Registry's engine for JSON Schema as a worker (worker.py): what its compatibility rule BACKWARD asks.
import io.apicurio.registry.rules.compatibility.jsonschema.JsonSchemaDiffLibrary;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

public class ApicurioWorker {
    private final List<String> lines;

    ApicurioWorker(Path file) throws Exception {
        lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    }

    boolean isCompatible(int index) {
        return JsonSchemaDiffLibrary.findDifferences(lines.get(2 * index), lines.get(2 * index + 1), Map.of()).foundAllDifferencesAreCompatible();
    }

    String ask(int index) {
        try {
            return isCompatible(index) ? "yes" : "no";
        } catch (Exception | StackOverflowError error) {
            return ("error " + error).replace('\n', ' ');
        }
    }

    String time(String[] words) {
        double seconds = Double.parseDouble(words[1]);
        long begin = System.nanoTime();
        double took;
        int passes = 0;
        do {
            for (int i = 2; i < words.length; i++) {
                isCompatible(Integer.parseInt(words[i]));
            }
            passes++;
            took = (System.nanoTime() - begin) / 1e9;
        } while (took < seconds);
        return passes + " " + took;
    }

    public static void main(String[] arguments) throws Exception {
        ApicurioWorker worker = new ApicurioWorker(Path.of(arguments[0]));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.trim().split(" +");
            System.out.println(words[0].equals("ask") ? worker.ask(Integer.parseInt(words[1])) : worker.time(words));
            System.out.flush();
        }
    }
}
