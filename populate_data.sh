#!/usr/bin/env bash
# Fetches the data sets of badbuzz into data/. Run it again at any time: it goes on where it was
# cut off, and keeps what is already here and whole.
#
#   ./populate_data.sh           the tweets of Sentiment140
#   ./populate_data.sh --glove   the same, and the GloVe word vectors (a download of 860 MB)
#   ./populate_data.sh --sources the same, and tweets with three classes: TweetEval, UMSAB, airlines;
#                                and tweets without labels: those of TweetEval's other tasks
#
# SENTIMENT140_URL, GLOVE_URL, TWEETEVAL_URL, UMSAB_URL, AIRLINES_URL and UNLABELLED_URL name other
# places (https://, http:// or file://), or `none`. DEFT_URL and TRANSLATED_URL have no public place of
# their own: --sources fetches them where they are set. docs/data.md has the terms of each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

sentiment140_url=${SENTIMENT140_URL:-'https://s3-eu-west-1.amazonaws.com/static.oc-static.com/prod/courses/files/AI+Engineer/Project+7%C2%A0-+D%C3%A9tectez+les+Bad+Buzz+gr%C3%A2ce+au+Deep+Learning/sentiment140.zip'}
glove_url=${GLOVE_URL:-'https://nlp.stanford.edu/data/glove.6B.zip'}
tweeteval_url=${TWEETEVAL_URL:-'https://github.com/cardiffnlp/tweeteval/archive/refs/heads/main.zip'}
# Who names another place for TweetEval's labelled tweets may lack the rest of its archive.
unlabelled_url=${UNLABELLED_URL:-${TWEETEVAL_URL:+none}}
unlabelled_url=${unlabelled_url:-$tweeteval_url}
umsab_url=${UMSAB_URL:-'https://github.com/cardiffnlp/xlm-t/archive/refs/heads/main.zip'}
airlines_url=${AIRLINES_URL:-'https://www.kaggle.com/api/v1/datasets/download/crowdflower/twitter-airline-sentiment'}
tweets=data/training.1600000.processed.noemoticon.csv
vectors=data/glove.6B
downloads=data/.downloads
checksums=data/.checksums
sources=data/sources

say() { printf 'data: %s\n' "$*"; }

fail() {
    printf 'data: %s\n' "$*" >&2
    exit 1
}

mib_left() { df -Pk data | awk 'NR == 2 { print int($4 / 1024) }'; }

# --- archives: unzip where there is one, else Python ---

python() {
    local program
    program=$(command -v .venv/bin/python || command -v python3) ||
        fail 'unpacking needs unzip or Python; install one of them (for example: apt-get install unzip).'
    "$program" "$@"
}

zip_names() {
    if command -v unzip >/dev/null; then
        unzip -Z1 "$1"
    else
        python -c 'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep="\n")' "$1"
    fi
}

# Writes one member to standard output; a wrong checksum is a failure in both ways.
zip_member() {
    if command -v unzip >/dev/null; then
        unzip -p "$1" "$2"
    else
        python -c 'import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as member:
    shutil.copyfileobj(member, sys.stdout.buffer)' "$1" "$2"
    fi
}

# --- download ---

progress() { # file: a bar is for people; a log gets a line every 5 s
    while sleep 5 >/dev/null 2>&1 9>&-; do
        say "$(($(wc -c <"$1") / 1048576)) MiB are here"
    done
}

run_curl() { # url, file, then further options
    local url=$1 file=$2 ticker='' code=0
    shift 2
    local options=(--fail --location --connect-timeout 15 --retry 3 --speed-limit 1024
        --speed-time 30 --proto '=https,http,file' --proto-redir '=https,http' --output "$file")
    if [[ -t 2 ]]; then
        options+=(--progress-bar)
    else
        options+=(--silent --show-error)
        : >>"$file"
        progress "$file" 9>&- &
        ticker=$!
    fi
    curl "${options[@]}" "$@" -- "$url" || code=$?
    if [[ -n $ticker ]]; then kill "$ticker" 2>/dev/null || true; fi
    return "$code"
}

download() { # url, file: resumes the file when it came from the same place
    local url=$1 file=$2 code=0
    if [[ -f $file.done && $(<"$file.done") == "$url" ]]; then return; fi
    if [[ ! -f $file.url || $(<"$file.url") != "$url" ]]; then rm -f "$file"; fi
    rm -f "$file.done"
    printf '%s' "$url" >"$file.url"
    say "fetching ${url##*/}$([[ -s $file ]] && echo ', going on where it was cut off')"
    run_curl "$url" "$file" --continue-at - || code=$?
    # 22, 33, 36: there is nothing left to resume, or the place cannot resume.
    if [[ $code == 22 || $code == 33 || $code == 36 ]] && [[ -s $file ]]; then
        code=0
        if run_curl "$url" "$file.again"; then mv "$file.again" "$file"; else code=$?; fi
    fi
    [[ $code == 0 ]] || fail "$url could not be fetched (curl ended with $code; $(mib_left) MiB are" \
        "left on the disk). What came is kept: run this again, or set ${3} to another place."
    printf '%s' "$url" >"$file.done"
}

# --- what is here already ---

# A file is whole when it is as it was left here; one that a person put here counts from then on.
is_whole() { # file, looks_right
    local sums
    sums=$checksums/$(basename "$1").sha256
    [[ -f $1 ]] || return
    if [[ ! -f $sums ]]; then
        "$2" "$1" || return
        remember "$1"
    fi
    sha256sum --check --status "$sums"
}

remember() { # file
    mkdir -p "$checksums"
    sha256sum "$1" >"$checksums/$(basename "$1").sha256"
}

unpack() { # archive, member, target, looks_right, setting
    local half=$3.unpacking
    if ! zip_member "$1" "$2" >"$half"; then
        rm -f "$half" "$1" "$1".*
        fail "$2 of $(basename "$1") is damaged, or the disk is full ($(mib_left) MiB left)." \
            'The archive has been removed: run this again to fetch it anew.'
    fi
    "$4" "$half" "$3" || {
        rm -f "$half"
        fail "$2 does not begin as it should (${4//_/ }). Check $5."
    }
    mv "$half" "$3"
    remember "$3"
    rm -f "$1" "$1".*
}

# --- the two data sets ---

require_member() { # archive, pattern, setting: prints the one member that matches
    local names
    names=$(zip_names "$1") || {
        rm -f "$1" "$1".*
        fail "what came is not a zip archive; it has been removed. Run this again, or set $3."
    }
    grep -E "$2" <<<"$names" ||
        fail "the archive holds no file like $2, but: $(tr '\n' ' ' <<<"$names"). Check $3."
}

six_columns_label_first() { # file
    head -n 1 "$1" | LC_ALL=C grep -qE '^"[024]","[0-9]+","[^"]*","[^"]*","[^"]*",".*"'
}

fetch_tweets() {
    local archive=$downloads/sentiment140.zip member
    if is_whole "$tweets" six_columns_label_first; then
        say "$tweets is here"
        return
    fi
    download "$sentiment140_url" "$archive" SENTIMENT140_URL
    member=$(require_member "$archive" '(^|/)training\.1600000\.processed\.noemoticon\.csv$' SENTIMENT140_URL)
    unpack "$archive" "$member" "$tweets" six_columns_label_first SENTIMENT140_URL
    say "$tweets: $(wc -l <"$tweets") tweets"
}

# The 100-dimensional vectors, or the largest that the archive holds.
choose_vectors() { # archive
    local names
    names=$(require_member "$1" '(^|/)glove\.6B\.[0-9]+d\.txt$' GLOVE_URL) || return
    grep -E '(^|/)glove\.6B\.100d\.txt$' <<<"$names" ||
        sed -E 's/(.*\.6B\.([0-9]+)d\.txt)$/\2 \1/' <<<"$names" | sort -n | tail -n 1 | cut -d ' ' -f 2-
}

a_word_and_its_vector() { # file, name that says the dimension (the file's own by default)
    local dimension
    dimension=$(sed -E 's/.*\.([0-9]+)d\.txt$/\1/' <<<"${2:-$1}")
    head -n 1 "$1" | awk -v n="$dimension" '{ exit NF != n + 1 }'
}

fetch_vectors() {
    local archive=$downloads/glove.6B.zip member target file
    for file in "$vectors"/glove.6B.*d.txt; do
        if is_whole "$file" a_word_and_its_vector; then
            say "$file is here"
            return
        fi
    done
    mkdir -p "$vectors"
    download "$glove_url" "$archive" GLOVE_URL
    member=$(choose_vectors "$archive")
    target=$vectors/$(basename "$member")
    unpack "$archive" "$member" "$target" a_word_and_its_vector GLOVE_URL
    say "$target: $(wc -l <"$target") words"
}

# --- sources of three classes: a folder each, out of an archive of any layout ---

# The members that match the first pattern that any member matches, one a line.
source_members() { # archive, setting, patterns...
    local names pattern archive=$1 setting=$2
    names=$(zip_names "$archive") || {
        rm -f "$archive" "$archive".*
        fail "what came is not a zip archive; it has been removed. Run this again, or set $setting."
    }
    shift 2
    for pattern; do
        if grep -E "$pattern" <<<"$names"; then return; fi
    done
    fail "the archive holds no file like $1; check $setting."
}

text_and_label_columns() { # file
    head -n 1 "$1" | grep -qE '(^|,)"?text"?(,|$)' && head -n 1 "$1" | grep -qE 'label|sentiment'
}

# A label for each text; a text may hold no line break of its own.
labels_as_many_as_texts() { # file of texts
    [[ $(grep -c '' "$1") == "$(grep -c '' "${1/_text/_labels}")" ]]
}

looks_like_a_source() { # folder
    local file found=no
    if [[ $1 == "$sources"/unlabelled-* ]]; then
        [[ -n $(find "$1" -type f -size +0 -print -quit) ]]
        return
    fi
    while IFS= read -r file; do
        found=yes
        case $file in
        *.csv) text_and_label_columns "$file" || return ;;
        *_text.txt) labels_as_many_as_texts "$file" || return ;;
        esac
    done < <(find "$1" -type f)
    [[ $found == yes ]]
}

source_is_whole() { # name
    [[ -d $sources/$1 && -f $checksums/sources-$1.sha256 ]] &&
        sha256sum --check --status "$checksums/sources-$1.sha256"
}

# What follows the prefix, else the name alone: the patterns let no folder above the source's in.
source_target() { # member, prefix
    if [[ -n $2 && $1 == *"$2"* ]]; then
        printf '%s\n' "${1##*"$2"}"
    else
        printf '%s\n' "${1##*/}"
    fi
}

unpack_source() { # archive, name, setting, prefix of members to leave out, patterns...
    local archive=$1 name=$2 setting=$3 prefix=$4 half=$sources/$2.unpacking members member target
    shift 4
    members=$(source_members "$archive" "$setting" "$@")
    rm -rf "$half"
    while IFS= read -r member; do
        target=$half/$(source_target "$member" "$prefix")
        mkdir -p "$(dirname "$target")"
        zip_member "$archive" "$member" >"$target" || {
            rm -rf "$half" "$archive" "$archive".*
            fail "$member is damaged, or the disk is full ($(mib_left) MiB left)." \
                'The archive has been removed: run this again to fetch it anew.'
        }
    done <<<"$members"
    looks_like_a_source "$half" || {
        rm -rf "$half"
        fail "the files of $name do not hold what they should (docs/data.md); check $setting."
    }
    rm -rf "${sources:?}/$name"
    mv "$half" "$sources/$name"
}

fetch_source() { # name, url, setting, prefix of members to leave out, patterns...
    local name=$1 url=$2 setting=$3 archive=$downloads/$1.zip
    shift 3
    if [[ -z $url || $url == none ]]; then
        say "$name: left out ($setting names no place)"
        return
    fi
    if source_is_whole "$name"; then
        say "$sources/$name is here"
        return
    fi
    mkdir -p "$sources" "$checksums"
    download "$url" "$archive" "$setting"
    unpack_source "$archive" "$name" "$setting" "$@"
    find "$sources/$name" -type f -exec sha256sum {} + >"$checksums/sources-$name.sha256"
    rm -f "$archive" "$archive".*
    say "$sources/$name: $(find "$sources/$name" -type f | wc -l) files"
}

fetch_sources() {
    local pair='(train|val|test)_(text|labels)\.txt$'
    fetch_source tweeteval "$tweeteval_url" TWEETEVAL_URL datasets/sentiment/ \
        "(^|/)datasets/sentiment/$pair" '\.csv$'
    fetch_source umsab "$umsab_url" UMSAB_URL data/sentiment/ \
        "(^|/)data/sentiment/[a-z]+/$pair" '(^|/)umsab-[a-z]+-[a-z]+\.csv$'
    fetch_source airlines "$airlines_url" AIRLINES_URL '' '(^|/)(Tweets|airline-tweets)\.csv$'
    fetch_source deft "${DEFT_URL:-}" DEFT_URL '' '(^|/)deft2017[^/]*\.csv$'
    fetch_source unlabelled-tweeteval "$unlabelled_url" UNLABELLED_URL datasets/ \
        '(^|/)datasets/(emoji|emotion|hate|irony|offensive)/(train|val)_text\.txt$' '\.txt$'
    fetch_source translated "${TRANSLATED_URL:-}" TRANSLATED_URL '' '(^|/)[^/]*translated\.csv$'
}

main() {
    local glove=no more=no
    case ${1:-} in
    '') ;;
    --glove) glove=yes ;;
    --sources) more=yes ;;
    -h | --help)
        sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        return
        ;;
    *) fail "unknown argument $1; usage: ./populate_data.sh [--glove | --sources]" ;;
    esac
    command -v curl >/dev/null || fail 'needs curl (for example: apt-get install curl).'
    mkdir -p "$downloads"
    exec 9>"$downloads/lock"
    if command -v flock >/dev/null; then
        flock --nonblock 9 || fail 'another populate_data.sh is at work here; wait for it.'
    fi
    rm -rf data/*.unpacking "$vectors"/*.unpacking "$sources"/*.unpacking
    fetch_tweets
    if [[ $glove == yes ]]; then fetch_vectors; fi
    if [[ $more == yes ]]; then fetch_sources; fi
}

main "$@"
