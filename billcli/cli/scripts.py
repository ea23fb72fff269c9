"""The scripts of ``bill completion``. All they do is ask ``bill __complete`` at every Tab."""

from __future__ import annotations

BASH = """\
# Completion of bill for bash: put  source <(bill completion bash)  into ~/.bashrc
_bill() {
    local line word meant=
    COMPREPLY=()
    while IFS= read -r line; do
        if [ -z "$meant" ]; then
            meant=$line
        else
            printf -v word %q "$line"
            COMPREPLY+=("$word")
        fi
    done < <(bill __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    case $meant in
        files | folders) compopt -o filenames 2>/dev/null ;;
    esac
    case $meant in
        files) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$2") ;;
        folders) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$2") ;;
    esac
}
complete -F _bill bill
"""

ZSH = """\
#compdef bill
# Completion of bill for zsh: put  source <(bill completion zsh)  into ~/.zshrc, after compinit
_bill() {
    local -a lines found
    lines=("${(@f)$(bill __complete zsh "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    found=("${(@)lines[2,-1]}")
    case $lines[1] in
        files) _files ;;
        folders) _files -/ ;;
        *) (( $#found )) && _describe -V bill found ;;
    esac
}
if [ "$funcstack[1]" = "_bill" ]; then _bill "$@"; else compdef _bill bill; fi
"""

FISH = """\
# Completion of bill for fish: put  bill completion fish | source  into ~/.config/fish/config.fish
function __bill_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (bill __complete fish $before[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current"
        case '*'
            test (count $lines) -gt 1; and printf '%s\\n' $lines[2..-1]
    end
end
complete -c bill -f -a '(__bill_complete)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
